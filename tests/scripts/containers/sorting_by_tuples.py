"""Sorting by tuples: columns of one kind, of several kinds, of kinds that compare as they like; membership and nesting."""
import heapq
from collections import namedtuple

rows = [((i * 37) % 11, f'n{i % 7}', i / 4) for i in range(40)]
print(sorted(rows)[:6], sorted(rows, reverse=True)[:3], sorted(rows, key=lambda r: (-r[2], r[1]))[:3])
print(sorted(rows, key=lambda r: (r[1], -r[0]))[:6])
stable = sorted(enumerate(rows), key=lambda p: (p[1][0] % 2,))
print([i for i, _ in stable][:12], [i for i, _ in stable][-5:])
texts = [('abcdefgh1', 2), ('abcdefgh', 3), ('abcdefgh\0', 1), ('', 0), ('é', 1), ('z', 1), ('abcdefgh', 1)]
print(sorted(texts))
print(sorted([(0.0, 2), (-0.0, 1), (float('inf'), 0), (-1.5, 3), (float('-inf'), 9), (1e-320, 0)]))
print(sorted([(1, 2), (1,), (1, 2, 3), ()]), sorted([(2, 'a'), (1.5, 'b'), (True, 'c'), (2**70, 'd')]))
nan = float('nan')
print(sorted([(2, nan), (1, nan), (1, 5.0)])[0][0], sorted([(2**62, 1), (-(2**62), 2), (2**61, 0)]))
try:
    sorted([(1, 'a'), (1, 2)])
except TypeError as error:
    print(error)
try:
    sorted([(1, None), (1, None), (1, {})])
except TypeError as error:
    print(error)


class Backwards(int):
    def __lt__(self, other):
        return int(self) > int(other)


print([int(t[0]) for t in sorted([(Backwards(1), 0), (Backwards(3), 0), (Backwards(2), 0)])])
print(sorted([(2, Backwards(1)), (2, Backwards(5))], key=lambda t: t)[0][1])


class Pair(tuple):
    def __lt__(self, other):
        return self[1] < other[1]


print(sorted([Pair((1, 9)), Pair((2, 3)), Pair((3, 5))]), sorted([(1, 9), Pair((2, 3)), (3, 5)]))
Named = namedtuple('Named', 'a b')
print(sorted([Named(2, 1), Named(1, 'x'), Named(1, 'b')]))
print((1, (2, (3, (4, (5, (6, 7)))))) < (1, (2, (3, (4, (5, (6, 8)))))), ((1, 2), 3) == ((1, 2.0), 3), ((1, 'a'), 2) < ((1, 'b'), 0))
try:
    print(((1, 'a'), 2) < ((1, 0), 0))
except TypeError as error:
    print(error)
heap = []
for item in [(3, (1, 'b')), (1, (2, 'c')), (3, (1, 'a')), (2, (0, 'z'))]:
    heapq.heappush(heap, item)
print([heapq.heappop(heap) for _ in range(4)])
places = {((1, 2), 'a'): 1, ((1, 2.0), 'b'): 2}
print(places[(1.0, 2), 'a'], ((1, 2), 'b') in places, ((1, 3), 'a') in places)


class Odd(str):
    def __eq__(self, other):
        return True

    __hash__ = str.__hash__


print('a' in {Odd('a'): 1}, 'a' in {Odd('a')}, 'b' in {Odd('a'): 1}, {Odd('a'): 1}['a'], 5 in {5.0: 1}, 5 in {5.0}, True in {1}, 0 in {False: 1}, -1 in {-1}, -2 in {-1: 0})
try:
    print({1: 2}['x' + 'y'])
except KeyError as error:
    print(error)
print(dict(b=1, a=2), dict(), dict(self=1, d={}), dict({'b': 0}, b=1), dict(**{'x y': 1}))


class Ordered(dict):
    def __init__(self, **kw):
        super().__init__(sorted(kw.items()))


print(Ordered(b=1, a=2), list({3: 1, 1: 2}), sorted({3, 1, 2}), tuple({'b': 1, 'a': 2}), list(frozenset([1])))
