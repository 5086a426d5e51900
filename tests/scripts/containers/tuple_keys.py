"""Tuples and named tuples as keys and elements, told apart as == tells them."""
from typing import NamedTuple


class Point(NamedTuple):
    x: int
    y: int


class Other(NamedTuple):
    x: int
    y: int


class Loose(tuple):
    """Equal to any tuple with the same first item."""

    def __eq__(self, other):
        return isinstance(other, tuple) and self[:1] == other[:1]

    def __hash__(self):
        return hash((1, 2))


class Sign:
    def __init__(self, name):
        self.name = name

    def __eq__(self, other):
        calls.append(self.name)
        return isinstance(other, Sign) and self.name == other.name

    def __hash__(self):
        return 7


calls = []
nan = float('nan')

print('exact')
table = {}
for i in range(40):
    table[i, str(i)] = i
    table[(i, (i, 'x')), i] = -i
print(len(table), table[3, '3'], table[(5, (5, 'x')), 5], (3, 3) in table, (3, '3') in table)
table[True, '1'] = 'yes'
table[2.0, '2'] = 'two'
print(len(table), table[1, '1'], table[2, '2'], (1.0, '1') in table)
print((1, nan) in {(1, nan)}, (nan,) in {(float('nan'),)}, ((),) in {((),)}, () in {()})
print((10**30, 1) in {(10**30, 1): 0}, (1, 2) in {(1, 2, 3): 0}, (1, 2, 3) in {(1, 2): 0})
try:
    table[1, []]
except TypeError as e:
    print(type(e).__name__)
try:
    (1, {}) in set()
except TypeError as e:
    print(type(e).__name__)

print('named')
named = {Point(i, i * i): i for i in range(30)}
print(named[Point(5, 25)], named[5, 25], named[Other(5, 25)], Point(5, 24) in named, (6, 36) in named)
named[5, 25] = 'plain'
named[Point(6, 36)] = 'point'
print(len(named), named[Point(5, 25)], named[6, 36])
print(Point(1, 2) == (1, 2), Point(1, 2) == Other(1, 2), Point(1, 2) < (1, 3), Point(2, 1) > Point(1, 9))
print(len({Point(1, 2), (1, 2), Other(1, 2)}), Point(1, 2) in {(1, 2)}, (1, 2) in {Point(1, 2)})
print([Point(1, 2), Point(3, 4)].index((3, 4)), [(1, 2), Point(3, 4)].count(Point(3, 4)))

print('overridden')
print(Loose((1, 5)) in {(1, 2): 0}, (1, 2) in {Loose((1, 5)): 0}, Loose((2, 2)) in {(1, 2): 0})
print(Loose((1, 5)) in {(1, 2)}, (1, 2) in {Loose((1, 5))}, [(1, 9)].index(Loose((1, 0))))
print((Loose((1, 5)), 1) == ((1, 7), 1), ((1, 7), 1) == (Loose((1, 5)), 1), ((1, 7),) != (Loose((1, 5)),))

print('called')
signs = {(Sign('a'), 1): 'a', (Sign('b'), 1): 'b'}
calls.clear()
print(signs[Sign('b'), 1], calls)
print((Sign('c'), 1) in signs, len(calls))
marks = {(Sign('a'), 1), (Sign('b'), 1), (Sign('a'), 1)}
print(len(marks), (Sign('a'), 1) in marks, (Sign('a'), 2) in marks)
