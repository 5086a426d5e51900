# Frozensets that small ints tell all about, and others that must not be taken for such.
import itertools

values = [
    [], [0], [1, 2, 3], [62], [63], [64], [0, 64], [62, 63, 64], [1.0, 2.0], [3.0], [True], [False, 1], [-1], [-2, 62], [127],
    [2 ** 61 - 1], [2 ** 61], [2 ** 64], [0.5, 1], ['a'], ['a', 3], [None], [(1,), 1], list(range(63)), list(range(0, 130, 2)),
    list(range(64)), [5, 62, 17], [5, 62, 17, 80],
]
frozen = [frozenset(v) for v in values]


def told(x, y):
    return (x <= y, x < y, x == y, x != y, x >= y, x > y, x.issubset(y), x.issuperset(y), x.isdisjoint(y))


def key(v):
    return (str(type(v)), str(v))


marks = []
for x, y in itertools.product(frozen, frozen):
    first, second = told(x, y), told(set(x), y)
    assert first == second == told(x, y), (x, y)
    made = [x & y, x - y, x | y, x ^ y]
    plain = [set(x) & set(y), set(x) - set(y), set(x) | set(y), set(x) ^ set(y)]
    for m, p in zip(made, plain):
        assert m == p and len(m) == len(p) and hash(m) == hash(frozenset(p))
        assert m <= x | y and (not m or not m <= frozenset()), (m, x, y)
        assert sorted(m, key=key) == sorted(p, key=key) or {1, True, 1.0} & m or 3 in m
        if m and all(isinstance(v, (int, float)) for v in m):
            assert min(m) == min(list(m)) and max(m) == max(list(m)), m
            assert type(min(m)) is type(min(list(m)))
    marks.append(''.join('01'[b] for b in first))
print(len(marks), [int(''.join(m), 2) % 9973 for m in (marks[i::28] for i in range(28))])
print(min(frozen[3] & frozen[23]), max(frozen[26]), min(frozen[27] - frozen[26]), max(frozen[24] & frozen[25]))
for empty in (frozenset(), frozen[1] - frozen[1]):
    try:
        print(min(empty))
    except ValueError as e:
        print(type(e).__name__)

# What removes from a set leaves where `pop` goes on.
s = set(range(10))
print(s.pop(), s.pop(), s.discard(5), s.pop(), s.remove(3), s.pop(), sorted(s))
s.add(0)
print(s.pop(), sorted(s), s - {7}, s & frozenset([8, 9]))
big, small = frozenset(range(0, 1000, 3)), frozenset([3, 6, 7])
print(small - big, small & big, sorted(big - small)[:3], small <= big, frozenset([3, 6]) <= big)
