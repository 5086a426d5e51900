"""Names and numbers of Skein's instructions, as CPython's module of this name gives CPython's.

Skein runs 64-bit register instructions, so many of CPython's names mean nothing here: lists of jump-absolute, compare or extended-argument
opcodes exist and are empty. `operations` in _opcode_metadata is the table; all else is derived from it.
"""

from _opcode_metadata import HAVE_ARGUMENT, MIN_INSTRUMENTED_OPCODE, operations, opmap
from _opcode import stack_effect

__all__ = ['cmp_op', 'stack_effect', 'hascompare', 'opname', 'opmap', 'HAVE_ARGUMENT', 'EXTENDED_ARG', 'hasarg', 'hasconst', 'hasname',
           'hasjump', 'hasjrel', 'hasjabs', 'hasfree', 'haslocal', 'hasexc']

# No instruction needs a prefix; the number stands outside the byte range so that no instruction equals it.
EXTENDED_ARG = 256

opname = [f'<{n}>' for n in range(256)]
for _name, _number in opmap.items():
    opname[_number] = _name

cmp_op = ('<', '<=', '==', '!=', '>', '>=')


def _with(letters):
    return [number for number, (_, _, operands) in enumerate(operations) if any(c in letters for c in operands)]


hasarg = [number for number, (_, _, operands) in enumerate(operations) if operands != '---']
hasconst = _with('kK')
hasname = _with('nN')
hasjump = hasjrel = _with('jJ')
hasjabs = []
haslocal = _with('drs')
hasfree = [opmap[name] for name in ('LoadCell', 'StoreCell', 'DelCell', 'MakeCell', 'CopyFreeVars')]
hasexc = []
hascompare = [opmap[name] for name in ('Lt', 'Le', 'Eq', 'Ne', 'Gt', 'Ge')]
