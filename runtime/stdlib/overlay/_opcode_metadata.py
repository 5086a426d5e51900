"""Opcode numbers of Skein, for opcode and dis.

Skein's instructions are 64-bit register words, so these numbers describe its own table. Names which CPython's dis looks up by
name and which Skein has under no such name get numbers as well: dis must import, and never meets them in our code objects.
"""

_names = (
    'CACHE', 'RESUME', 'EXTENDED_ARG', 'LOAD_CONST', 'LOAD_SMALL_INT',
    'LOAD_FAST', 'STORE_FAST', 'DELETE_FAST', 'LOAD_FAST_LOAD_FAST',
    'LOAD_FAST_BORROW_LOAD_FAST_BORROW', 'STORE_FAST_LOAD_FAST',
    'STORE_FAST_STORE_FAST', 'LOAD_DEREF', 'STORE_DEREF', 'DELETE_DEREF',
    'LOAD_NAME', 'STORE_NAME', 'DELETE_NAME', 'LOAD_GLOBAL',
    'STORE_GLOBAL', 'DELETE_GLOBAL', 'LOAD_ATTR', 'STORE_ATTR',
    'DELETE_ATTR', 'LOAD_SUPER_ATTR', 'LOAD_SPECIAL',
    'LOAD_COMMON_CONSTANT', 'BINARY_OP', 'COMPARE_OP', 'IS_OP',
    'CONTAINS_OP', 'TO_BOOL', 'STORE_SUBSCR', 'DELETE_SUBSCR',
    'UNPACK_SEQUENCE', 'CALL', 'CALL_KW', 'CALL_FUNCTION_EX',
    'CALL_INTRINSIC_1', 'CALL_INTRINSIC_2', 'CONVERT_VALUE',
    'SET_FUNCTION_ATTRIBUTE', 'MAKE_FUNCTION', 'FOR_ITER', 'SEND',
    'END_ASYNC_FOR', 'JUMP_FORWARD', 'JUMP_BACKWARD',
    'POP_JUMP_IF_TRUE', 'POP_JUMP_IF_FALSE', 'POP_JUMP_IF_NONE',
    'POP_JUMP_IF_NOT_NONE', 'IMPORT_NAME', 'IMPORT_FROM', 'RAISE_VARARGS',
    'RETURN_VALUE', 'YIELD_VALUE', 'ENTER_EXECUTOR',
)

opmap = {name: number for number, name in enumerate(_names)}

_specializations = {}
_specialized_opmap = {}

HAVE_ARGUMENT = opmap['EXTENDED_ARG']
MIN_INSTRUMENTED_OPCODE = 256
