"""Disassembler of Skein's code objects, with the interface of CPython's dis.

`co_code` is a row of little-endian 64-bit words: `op:8 x:8 a:16 b:16 c:16`. Operand letters say what a, b and c are (see _opcode_metadata);
some instructions own further words, which hold caches and are shown with show_caches. Offsets count bytes, as in co_lines().
"""

import io
import sys
import types
from collections import namedtuple

from opcode import *
from opcode import __all__ as _opcodes_all
from _opcode_metadata import operations

__all__ = ['code_info', 'dis', 'disassemble', 'distb', 'disco', 'findlinestarts', 'findlabels', 'show_code', 'get_instructions',
           'Instruction', 'Bytecode', *_opcodes_all]

_WORD = 8

COMPILER_FLAG_NAMES = {
    1: 'OPTIMIZED', 2: 'NEWLOCALS', 4: 'VARARGS', 8: 'VARKEYWORDS', 16: 'NESTED', 32: 'GENERATOR', 64: 'NOFREE', 128: 'COROUTINE',
    256: 'ITERABLE_COROUTINE', 512: 'ASYNC_GENERATOR', 0x4000000: 'HAS_DOCSTRING', 0x8000000: 'METHOD',
}

_COMMON = ('AssertionError', 'NotImplementedError', 'tuple', 'list', 'set', 'all', 'any', 'frozenset')

Positions = namedtuple('Positions', 'lineno end_lineno col_offset end_col_offset', defaults=(None,) * 4)

_Instruction = namedtuple('_Instruction', 'opname opcode arg argval argrepr offset start_offset starts_line line_number label positions '
                          'cache_info', defaults=(None, None, None))


class Instruction(_Instruction):
    """One instruction. `arg` is the word's operands as one number, `argval` a tuple of what they mean, `argrepr` their text."""

    @property
    def oparg(self):
        return self.arg

    @property
    def baseopcode(self):
        return self.opcode

    @property
    def baseopname(self):
        return self.opname

    @property
    def cache_offset(self):
        return self.offset + _WORD

    @property
    def end_offset(self):
        return self.offset + operations[self.opcode][1] * _WORD

    @property
    def jump_target(self):
        return _jump_target(self.opcode, self.arg, self.offset)

    @property
    def is_jump_target(self):
        return self.label is not None

    def __str__(self):
        return f'{self.opname:<22} {self.argrepr}'.rstrip()


def _signed(value, bits):
    return value - (1 << bits) if value >> bits - 1 else value


def _operands(opcode, arg):
    """Yields (letter, value) of an instruction's used operands; `arg` is the word without its opcode."""
    a, b, c = arg >> 8 & 0xFFFF, arg >> 24 & 0xFFFF, arg >> 40
    for letter, value, wide in zip(operations[opcode][2], (a, b, c), (None, b | c << 16, None)):
        if letter.isupper():
            yield letter.lower(), _signed(wide, 32) if letter in 'IJ' else wide
            return
        if letter != '-':
            yield letter, _signed(value, 16) if letter in 'ij' else value


def _jump_target(opcode, arg, offset):
    for letter, value in _operands(opcode, arg):
        if letter == 'j':
            return offset + value * _WORD
    return None


def _words(code):
    """Yields (offset, opcode, arg, extra words)."""
    data = code.co_code if hasattr(code, 'co_code') else code
    at = 0
    while at + _WORD <= len(data):
        word = int.from_bytes(data[at:at + _WORD], 'little')
        opcode = word & 0xFF
        length = operations[opcode][1] if opcode < len(operations) else 1
        extra = [int.from_bytes(data[i:i + _WORD], 'little') for i in range(at + _WORD, at + length * _WORD, _WORD)]
        yield at, opcode, word >> 8, extra
        at += length * _WORD


def _later_target(opcode, offset, extra):
    """The jump distance that a few instructions keep in their first extra word."""
    if opname[opcode] in ('ForIter', 'Send', 'CleanupThrow') and extra:
        return offset + _signed(extra[0] & 0xFFFFFFFF, 32) * _WORD
    return None


def _pick(items, index, fallback):
    return items[index] if items is not None and 0 <= index < len(items) else fallback


def _describe(code, offset, opcode, arg, extra, labels):
    consts, names = getattr(code, 'co_consts', None), getattr(code, 'co_names', None)
    locals_ = getattr(code, 'co_varnames', None)
    values, texts = [], []
    for letter, value in _operands(opcode, arg):
        text = str(value)
        if letter in 'drs':
            value = _pick(locals_, value, f'r{value}')
            text = value
        elif letter == 'k':
            value = _pick(consts, value, value)
            text = repr(value)
        elif letter == 'n':
            value = _pick(names, value, value)
            text = str(value)
        elif letter == 'j':
            value = offset + value * _WORD
            text = f'to L{labels[value]}' if value in labels else f'to {value}'
        values.append(value)
        texts.append(text)
    if opname[opcode] == 'LoadCommon' and len(values) == 2:
        texts[1] = _pick(_COMMON, values[1], texts[1])
    later = _later_target(opcode, offset, extra)
    if later is not None:
        values.append(later)
        texts.append(f'to L{labels[later]}' if later in labels else f'to {later}')
    if arg & 0xFF:
        texts.append(f'x={arg & 0xFF}')
    return tuple(values), ', '.join(texts)


def findlabels(code):
    """Offsets that are targets of jumps, sorted."""
    found = set()
    for offset, opcode, arg, extra in _words(code):
        if opcode < len(operations):
            found.update(t for t in (_jump_target(opcode, arg, offset), _later_target(opcode, offset, extra)) if t is not None)
    for entry in _exception_entries(code):
        found.add(entry.target)
    return sorted(found)


_Entry = namedtuple('_Entry', 'start end target register')


def _exception_entries(code):
    """The exception table: rows of four little-endian 32-bit numbers, counted in words."""
    table = getattr(code, 'co_exceptiontable', b'') or b''
    rows = [int.from_bytes(table[i:i + 4], 'little') for i in range(0, len(table), 4)]
    return [_Entry(s * _WORD, e * _WORD, t * _WORD, r) for s, e, t, r in zip(*[iter(rows)] * 4)]


def findlinestarts(code):
    """Pairs (offset, line) where the line changes."""
    last = False
    for start, _, line in code.co_lines():
        if line is not last:
            last = line
            yield start, line


def _instructions(code, first_line=None, show_caches=False):
    shift = first_line - code.co_firstlineno if first_line is not None else 0
    starts = dict(findlinestarts(code)) if hasattr(code, 'co_lines') else {}
    labels = {target: n for n, target in enumerate(findlabels(code), 1)}
    positions = list(code.co_positions()) if hasattr(code, 'co_positions') else []
    line = None
    for offset, opcode, arg, extra in _words(code):
        begins = offset in starts
        if begins:
            line = starts[offset] + shift if starts[offset] is not None else None
        values, text = _describe(code, offset, opcode, arg, extra, labels) if opcode < len(operations) else ((), '')
        place = Positions(*positions[offset // _WORD]) if offset // _WORD < len(positions) else None
        caches = [(f'ext {n}', 1, word.to_bytes(_WORD, 'little')) for n, word in enumerate(extra, 1)] if show_caches and extra else None
        yield Instruction(opname[opcode], opcode, arg, values, text, offset, offset, begins, line, labels.get(offset), place, caches)


def _try_compile(source, name):
    try:
        return compile(source, name, 'eval')
    except SyntaxError:
        return compile(source, name, 'exec')


def _with_code(x):
    """The code of a function, method or generator; other objects as they are."""
    x = getattr(x, '__func__', x)
    for attribute in ('__code__', 'gi_code', 'ag_code', 'cr_code'):
        if hasattr(x, attribute):
            return getattr(x, attribute)
    return x


def _get_code_object(x):
    x = _with_code(x)
    if isinstance(x, str):
        x = _try_compile(x, '<disassembly>')
    if hasattr(x, 'co_code'):
        return x
    raise TypeError(f"don't know how to disassemble {type(x).__name__} objects")


def get_instructions(x, *, first_line=None, show_caches=None, adaptive=False):
    """Yields the Instructions of a function, method, generator, source text or code object."""
    return _instructions(_get_code_object(x), first_line)


def _print_code(code, file, lasti=-1, show_caches=False, show_offsets=False, show_positions=False):
    first = True
    for ins in _instructions(code, None, show_caches):
        if ins.starts_line and not first:
            print(file=file)
        first = False
        head = f'{ins.line_number if ins.line_number is not None else "--":>4}' if ins.starts_line else '    '
        if show_positions and ins.positions:
            head = '{0}:{2}-{1}:{3}'.format(*ins.positions).ljust(14)
        if show_offsets:
            head += f' {ins.offset:>5}'
        label = f'L{ins.label}:' if ins.label is not None else ''
        arrow = '-->' if ins.offset == lasti else '   '
        print(f'{head} {arrow} {label:<5} {ins}'.rstrip(), file=file)
        for name, _, data in ins.cache_info or ():
            print(f'{"":<15} {name} {data.hex()}', file=file)
    entries = _exception_entries(code)
    if entries:
        labels = {target: n for n, target in enumerate(findlabels(code), 1)}
        print('ExceptionTable:', file=file)
        for entry in entries:
            print(f'  {entry.start} to {entry.end} -> L{labels[entry.target]} r{entry.register}', file=file)


def disassemble(code, lasti=-1, *, file=None, show_caches=False, adaptive=False, show_offsets=False, show_positions=False):
    """Prints one code object."""
    _print_code(code, file, lasti, show_caches, show_offsets, show_positions)


disco = disassemble


def _disassemble_recursive(code, depth, options):
    disassemble(code, **options)
    if depth is None or depth > 0:
        for constant in code.co_consts:
            if hasattr(constant, 'co_code'):
                print(f'\nDisassembly of {constant!r}:', file=options['file'])
                _disassemble_recursive(constant, None if depth is None else depth - 1, options)


def dis(x=None, *, file=None, depth=None, show_caches=False, adaptive=False, show_offsets=False, show_positions=False):
    """Disassembles classes, functions, methods, generators, modules, code objects and source text; without an argument the last traceback."""
    options = dict(file=file, show_caches=show_caches, adaptive=adaptive, show_offsets=show_offsets, show_positions=show_positions)
    if x is None:
        distb(**options)
        return
    x = _with_code(x)
    if isinstance(x, str):
        _disassemble_recursive(_try_compile(x, '<dis>'), depth, options)
    elif hasattr(x, 'co_code'):
        _disassemble_recursive(x, depth, options)
    elif hasattr(x, '__dict__'):
        kinds = (types.MethodType, types.FunctionType, types.CodeType, classmethod, staticmethod, type)
        for name, member in sorted(x.__dict__.items()):
            if isinstance(member, kinds):
                print(f'Disassembly of {name}:', file=file)
                try:
                    dis(member, file=file, depth=depth, show_caches=show_caches, show_offsets=show_offsets, show_positions=show_positions)
                except TypeError as message:
                    print('Sorry:', message, file=file)
                print(file=file)
    else:
        raise TypeError(f"don't know how to disassemble {type(x).__name__} objects")


def distb(tb=None, *, file=None, show_caches=False, adaptive=False, show_offsets=False, show_positions=False):
    """Disassembles the innermost frame of a traceback (default: the last one)."""
    if tb is None:
        last = getattr(sys, 'last_exc', None)
        tb = last.__traceback__ if last is not None else getattr(sys, 'last_traceback', None)
        if tb is None:
            raise RuntimeError('no last traceback to disassemble')
    while tb.tb_next:
        tb = tb.tb_next
    disassemble(tb.tb_frame.f_code, tb.tb_lasti, file=file, show_caches=show_caches, show_offsets=show_offsets, show_positions=show_positions)


def pretty_flags(flags):
    """The names of the bits of co_flags."""
    names = [COMPILER_FLAG_NAMES.get(1 << bit, hex(1 << bit)) for bit in range(32) if flags >> bit & 1]
    return ', '.join(names) or hex(flags)


def code_info(x):
    """What is known of a code object, as text."""
    return _format_code_info(_get_code_object(x))


def _format_code_info(code):
    lines = [f'Name:              {code.co_name}', f'Filename:          {code.co_filename}', f'Argument count:    {code.co_argcount}',
             f'Positional-only arguments: {code.co_posonlyargcount}', f'Kw-only arguments: {code.co_kwonlyargcount}',
             f'Number of locals:  {code.co_nlocals}', f'Stack size:        {code.co_stacksize}', f'Flags:             {pretty_flags(code.co_flags)}']
    for title, items in (('Constants', map(repr, code.co_consts)), ('Names', code.co_names), ('Variable names', code.co_varnames),
                         ('Free variables', code.co_freevars), ('Cell variables', code.co_cellvars)):
        rows = [f'{n:4d}: {item}' for n, item in enumerate(items)]
        if rows:
            lines += [title + ':', *rows]
    return '\n'.join(lines)


def show_code(co, *, file=None):
    """Prints code_info(co)."""
    print(code_info(co), file=file)


def _find_imports(co):
    """Yields (module name, level, names) of the import statements in a code object."""
    values = {}
    for ins in _instructions(co):
        if ins.opname == 'LoadConst':
            values[ins.arg >> 8 & 0xFFFF] = ins.argval[1]
        elif ins.opname == 'LoadInt':
            values[ins.arg >> 8 & 0xFFFF] = ins.argval[1]
        elif ins.opname == 'LoadNone':
            values[ins.arg >> 8 & 0xFFFF] = None
        elif ins.opname == 'ImportName':
            base = ins.arg >> 24 & 0xFFFF
            yield co.co_names[ins.arg >> 40], values.get(base, 0), values.get(base + 1)


def _find_store_names(co):
    """Yields the names that a module's code stores."""
    for ins in _instructions(co):
        if ins.opname in ('StoreName', 'StoreGlobal'):
            yield ins.argval[-1]


class Bytecode:
    """The instructions of a piece of code, to iterate over or print."""

    def __init__(self, x, *, first_line=None, current_offset=None, show_caches=False, adaptive=False, show_offsets=False,
                 show_positions=False):
        self.codeobj = _get_code_object(x)
        self.first_line = self.codeobj.co_firstlineno if first_line is None else first_line
        self._original_object = x
        self.current_offset = current_offset
        self.show_caches, self.show_offsets, self.show_positions = show_caches, show_offsets, show_positions

    def __iter__(self):
        return _instructions(self.codeobj, self.first_line, self.show_caches)

    def __repr__(self):
        return f'{type(self).__name__}({self._original_object!r})'

    @classmethod
    def from_traceback(cls, tb, *, show_caches=False, adaptive=False):
        while tb.tb_next:
            tb = tb.tb_next
        return cls(tb.tb_frame.f_code, current_offset=tb.tb_lasti, show_caches=show_caches)

    def info(self):
        return _format_code_info(self.codeobj)

    def dis(self):
        with io.StringIO() as output:
            lasti = -1 if self.current_offset is None else self.current_offset
            _print_code(self.codeobj, output, lasti, self.show_caches, self.show_offsets, self.show_positions)
            return output.getvalue()


def main(args=None):
    import argparse
    parser = argparse.ArgumentParser()
    parser.add_argument('-C', '--show-caches', action='store_true', help='show inline caches')
    parser.add_argument('-O', '--show-offsets', action='store_true', help='show instruction offsets')
    parser.add_argument('-P', '--show-positions', action='store_true', help='show instruction positions')
    parser.add_argument('-S', '--specialized', action='store_true', help='show specialized bytecode')
    parser.add_argument('infile', nargs='?', default='-')
    options = parser.parse_args(args=args)
    if options.infile == '-':
        name, source = '<stdin>', sys.stdin.buffer.read()
    else:
        name = options.infile
        with open(name, 'rb') as infile:
            source = infile.read()
    dis(compile(source, name, 'exec'), show_caches=options.show_caches, show_offsets=options.show_offsets,
        show_positions=options.show_positions)


if __name__ == '__main__':
    main()
