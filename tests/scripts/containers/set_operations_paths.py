# Sets of plain elements are combined without asking them; elements with methods of their own are asked.
class Key:
    asked = 0

    def __init__(self, n):
        self.n = n

    def __hash__(self):
        return self.n % 7

    def __eq__(self, other):
        Key.asked += 1
        return isinstance(other, Key) and self.n == other.n


def keys(*span):
    return {Key(n) for n in range(*span)}


a, b = set(range(40)), frozenset(range(30, 70))
print(sorted(a & b), len(a | b), sorted(a - b)[-3:], sorted(b - a)[:3], len(a ^ b))
print(a <= b, {31, 33} <= b, {31, 33} < b, b >= {69}, a == set(b), {1, 2} != {2, 1}, b > b, b >= b)
print(type(a & b).__name__, type(b & a).__name__, type(b - a).__name__)
print({1, 2.0, True, 'x'} & {1.0, 2, 'x', b'x'} == {1, 2, 'x'}, {'a', 1} <= {'a', 1.0, None})

x, y = keys(20), keys(10, 30)
print(sorted(k.n for k in x & y), len(x - y), len(x | y), len(x ^ y), x <= y, keys(5) <= x)
print(Key.asked > 0)


class Raising:
    def __hash__(self):
        return 1

    def __eq__(self, other):
        raise LookupError('asked')


for do in (lambda: {Raising()} & {1}, lambda: {1} - {Raising()}, lambda: {1} <= {Raising()}, lambda: {1: 0}[Raising()],
           lambda: {(1, 2): 0}.get((Raising(), 2)), lambda: (1, 2) in {(Raising(), 2): 0}):
    try:
        print(do())
    except LookupError as e:
        print(e)

pairs = {(1, 'a'): 'exact', (2.0, b'b'): 'mixed', ((3, 4), None): 'nested', (): 'empty'}
print(pairs[True, 'a'], pairs[2, b'b'], pairs[(3.0, 4), None], pairs[()], (2, 'b') in pairs, (1,) in pairs)


class Tally(dict):
    def __missing__(self, key):
        return key * 2


class Loud(dict):
    __getitem__ = dict.get

    def __setitem__(self, key, value):
        super().__setitem__(key, value + 1)


t, loud = Tally(a=1), Loud()
t['b'] += 'c'
loud['x'] = 1
print(t['a'], t['zz'], t, loud['x'], loud['nothing'])
