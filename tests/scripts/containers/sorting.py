# list.sort and sorted: stability, keys, errors, partial orders, large inputs.
import random
r = random.Random(7)
for n in (0, 1, 2, 3, 10, 63, 64, 65, 100, 1000, 5000):
    data = [r.randrange(n + 1) for _ in range(n)]
    s = sorted(data)
    assert all(a <= b for a, b in zip(s, s[1:])) and sorted(s) == s and sorted(data, reverse=True) == s[::-1], n
    pairs = [(x, i) for i, x in enumerate(data)]
    pairs.sort(key=lambda p: p[0])
    assert pairs == sorted(pairs), n
    pairs.sort(key=lambda p: -p[0])
    assert all(a[0] > b[0] or (a[0] == b[0] and a[1] < b[1]) for a, b in zip(pairs, pairs[1:]))
    rev = sorted(pairs, key=lambda p: p[0] % 3, reverse=True)
    groups = {}
    for p in pairs:
        groups.setdefault(p[0] % 3, []).append(p)
    assert rev == [p for k in sorted(groups, reverse=True) for p in groups[k]]
print('stable')
for data in (list(range(1000)), list(range(1000, 0, -1)), [1] * 500, list(range(500)) + list(range(500)), [i % 7 for i in range(1000)], [0.5 * i for i in range(100, 0, -1)], ['%03d' % (i * 37 % 1000) for i in range(1000)], [(i % 3, str(i)) for i in range(300)], [10 ** 20 - i for i in range(100)], [1.5, 2, 10 ** 30, -1, True, 0.25]):
    s = sorted(data)
    print(s[0], s[-1], s[len(s) // 2], end=' | ')
print()


class Count:
    compared = 0

    def __init__(self, v):
        self.v = v

    def __lt__(self, o):
        Count.compared += 1
        return self.v < o.v


sorted(Count(i) for i in range(1000))
print(Count.compared)
Count.compared = 0
sorted(Count(i) for i in range(1000, 0, -1))
print(Count.compared)
Count.compared = 0
sorted(Count(i) for i in [1, 2, 3])
print(Count.compared)


class OnlyGt:
    def __init__(self, v):
        self.v = v

    def __gt__(self, o):
        return self.v > o.v


print([x.v for x in sorted([OnlyGt(3), OnlyGt(1), OnlyGt(2)])])
for bad in ([1, 'a'], [None, 1], [1j, 2j], [{}, {}], [object(), object()]):
    try:
        bad.sort()
    except TypeError as e:
        print(e)
for bad in (lambda: [1].sort(5), lambda: [1].sort(key=5), lambda: sorted(), lambda: sorted([1], lambda x: x), lambda: sorted([2, 1], bogus=1)):
    try:
        print(bad())
    except TypeError as e:
        print('TypeError')
data = [3, 1, 2]
print(data.sort(key=None, reverse=False), data, sorted(data, key=lambda x: 0), sorted('ba', key=None))
calls = []
sorted([3, 1, 2], key=lambda x: calls.append(x) or x)
print(calls)


class Fails:
    n = 0

    def __lt__(self, o):
        Fails.n += 1
        if Fails.n == 3:
            raise ValueError('third comparison')
        return True


items = [Fails() for _ in range(10)]
try:
    items.sort()
except ValueError as e:
    print(e, len(items))
lst = [3, 2, 1]


class Peek:
    def __init__(self, v):
        self.v = v

    def __lt__(self, o):
        seen.append(len(peeked))
        return self.v < o.v


seen = []
peeked = [Peek(2), Peek(1), Peek(3)]
peeked.sort()
print([p.v for p in peeked], set(seen))
nan = float('nan')
print(len(sorted([nan, 1, nan, 0])), sorted([True, False, 1, 0]), sorted([b'b', b'a', bytearray(b'aa')]), sorted({3: 'c', 1: 'a'}.items()), sorted([[2], [1, 5], []]), sorted(['é', 'z', 'a', 'Z', '😀']))
print(sorted([(1, [2]), (1, [1])]), sorted([1, 2.0, True], key=float), sorted('The quick brown fox'.split(), key=str.lower), max('apple', 'fig', key=len), min([3, -5, 2], key=abs))
import functools
print(sorted([5, 3, 8], key=functools.cmp_to_key(lambda a, b: b - a)), sorted(range(10), key=lambda x: (x % 2, -x)))
