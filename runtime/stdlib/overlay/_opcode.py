"""What CPython's native module of this name tells of opcodes, for Skein's table.

A register instruction has no effect on a stack, so stack_effect is 0 for every opcode that exists.
"""

from _opcode_metadata import operations

ENABLE_SPECIALIZATION = False
ENABLE_SPECIALIZATION_FT = False


def is_valid(opcode):
    return 0 <= opcode < len(operations)


def _has(opcode, letters):
    return is_valid(opcode) and any(letter in letters for letter in operations[opcode][2])


def has_arg(opcode):
    return is_valid(opcode) and operations[opcode][2] != '---'


def has_const(opcode):
    return _has(opcode, 'kK')


def has_name(opcode):
    return _has(opcode, 'nN')


def has_jump(opcode):
    return _has(opcode, 'jJ')


def has_local(opcode):
    return _has(opcode, 'drs')


def has_free(opcode):
    return is_valid(opcode) and 'Cell' in operations[opcode][0]


def has_exc(opcode):
    return False


def stack_effect(opcode, oparg=None, /, *, jump=None):
    if not isinstance(opcode, int):
        raise TypeError(f'{type(opcode).__name__!r} object cannot be interpreted as an integer')
    if not is_valid(opcode):
        raise ValueError('invalid opcode or oparg')
    if jump not in (None, True, False):
        raise ValueError("stack_effect: jump must be False, True or None")
    return 0


def get_executor(*, code, offset):
    raise RuntimeError('Executors are not available in this build')


def get_specialization_stats():
    return None


def get_nb_ops():
    return []


def get_intrinsic1_descs():
    return []


def get_intrinsic2_descs():
    return []


def get_special_method_names():
    return ['__enter__', '__exit__', '__aenter__', '__aexit__']
