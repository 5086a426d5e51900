# match: sequences, stars, mappings, nesting.
from collections import deque, namedtuple, UserList, OrderedDict, defaultdict


def seq(x):
    match x:
        case []:
            return 'empty'
        case [one]:
            return f'one {one}'
        case [1, *rest]:
            return f'starts with 1, {rest}'
        case [*init, 9]:
            return f'ends with 9, {init}'
        case ['a', _, *_]:
            return 'a and more'
        case [x, y, *_, z]:
            return f'{x} {y} ... {z}'
        case (p, q):
            return f'pair {p} {q}'
        case _:
            return 'no sequence'


for x in ([], [5], [1, 2, 3], (4, 9), ['a', 'b'], range(4), 'string', b'bytes', bytearray(b'x'), {1, 2}, {}, None, deque([1, 2]), UserList([1]), (i for i in 'a'), [7, 8], memoryview(b'ab')):
    print(type(x).__name__, seq(x))


def mapping(x):
    match x:
        case {'type': 'point', 'x': x, 'y': y}:
            return 'point', x, y
        case {'type': 'nested', 'data': [{'id': i}, *_]}:
            return 'nested', i
        case {1: 'int key', **rest}:
            return 'int key', rest
        case {'only': None}:
            return 'None value'
        case {}:
            return 'some mapping', len(x)
        case _:
            return 'not a mapping'


for x in ({'type': 'point', 'x': 1, 'y': 2, 'z': 3}, {'type': 'nested', 'data': [{'id': 5}, 6]}, {1: 'int key', 2: 3}, {'only': None}, {}, {'a': 1}, [], OrderedDict(a=1), 'x'):
    print(mapping(x))
dd = defaultdict(list)
match dd:
    case {'missing': x}:
        print('never')
    case _:
        print('defaultdict not filled', dict(dd))


class KEYS:
    NAME = 'name'


match {'name': 'n', 'other': 1}:
    case {KEYS.NAME: value, **rest}:
        print(value, rest)
match [[1, [2, [3]]], {'k': (4, {'l': 5})}]:
    case [[a, [b, [c]]], {'k': (d, {'l': e})}]:
        print(a, b, c, d, e)
P = namedtuple('P', 'x y')
match P(1, 2):
    case (x, y):
        print('as tuple', x, y)
match P(1, 2):
    case P(x=0):
        print('never')
    case P(x, y=2):
        print('positional through __match_args__', x)


class Seq:
    def __len__(self):
        return 2

    def __getitem__(self, i):
        if i > 1:
            raise IndexError
        return i


print(seq(Seq()))
import collections.abc
collections.abc.Sequence.register(Seq)
print(seq(Seq()))


class Lazy(dict):
    def get(self, k, default=None):
        print('get', k)
        return super().get(k, default)


match Lazy(a=1):
    case {'a': v, 'b': _}:
        print('no')
    case {'a': v}:
        print('v', v)
match (1, 2, 3):
    case (1, 2):
        print('length 2')
    case (1, *middle, 3):
        print(middle)
match [1, 2, 3, 4, 5]:
    case [first, _, *mid, _, last]:
        print(first, mid, last)
match {'a': {'b': {'c': 1}}}:
    case {'a': {'b': {**inner}}}:
        print(inner)
print([seq(x) for x in ([(1,)], [[]], [None])])
