# list: methods, slices, sorting, aliasing.
a = [3, 1, 2]
a.append(4)
a.extend('xy')
a.insert(0, 'first')
a.insert(-1, 'before last')
a.insert(99, 'end')
print(a, len(a), a.index('x'), a.count(1), a.pop(), a.pop(0), a.pop(-2))
a.remove('x')
a.reverse()
print(a, a.copy() is a, a == a.copy())
b = list(range(10))
print(b[2:5], b[:-7], b[::3], b[::-2], b[8:2:-2], b[100:], b[-100:2], b[5:2], b[:], b[-1], b[slice(1, 4)])
b[2:5] = ['a']
b[0:0] = ['start']
b[len(b):] = ['tail']
print(b)
b[::2] = range(len(b[::2]))
print(b)
del b[1:3], b[-1], b[::3]
print(b)
b[:] = []
print(b)
for f in (lambda: [1].__setitem__(slice(0, 4, 2), [1, 2]), lambda: [].pop(), lambda: [1].pop(5), lambda: [1].remove(2), lambda: [1][5], lambda: [1].__setitem__(5, 0), lambda: [] + (), lambda: [1] * 'a',
          lambda: [1].__setitem__(slice(0, 1), 5), lambda: [3, 'a'].sort(), lambda: [].insert('x', 1), lambda: list(5), lambda: [1, 2].index(1, 1) if False else [].index.__name__ + 1):
    try:
        f()
    except Exception as e:
        print(type(e).__name__, e)
s = ['b', 'A', 'c', 'B']
print(sorted(s), sorted(s, key=str.lower), sorted(s, reverse=True), sorted(s, key=str.lower, reverse=True))
s.sort(key=lambda v: (v.lower(), v))
print(s, [3, 1, 2].sort())
pairs = [(1, 'b'), (0, 'x'), (1, 'a'), (0, 'y')]
print(sorted(pairs, key=lambda p: p[0]), sorted(pairs, key=lambda p: p[0], reverse=True), sorted(pairs))
print([1, 2] + [3], [1, 2] * 2, 2 * [0], [[0] * 2] * 2, 2 in [1, 2], [1, [2, [3]]] == [1, [2, [3]]], [1, 2] < [1, 3], [] < [1], [2] > [1, 9])
c = [[0] * 2] * 2
c[0][0] = 1
print(c)
r = [1]
r.append(r)
print(r, [r] == [r], r[1] is r)
x = [1, 2, 3]
x += x
x *= 2
print(x, x.count(2))
x[1:3] = x
print(x)
n = []
for i in range(1000):
    n.append(i)
print(sum(n), n[500], len(n))
while n:
    n.pop()
print(n)


class L(list):
    def append(self, v):
        super().append(v * 2)

    def __getitem__(self, i):
        return ('item', super().__getitem__(i))


l = L([1, 2])
l.append(5)
print(l, l[0], list(l), [v for v in l], l + [1], type(l + [1]).__name__, type(l[:]).__name__, len(l), isinstance(l, list), l == [1, 2, 10])
print(list('abc'), list((1, 2)), list({1: 2}), list(map(abs, [-1])), [*'ab', *range(2)], list(), list([1]) is not None)
print(any([0, 1]), all([1, 0]), all([]), min([3, 1]), max([], default='none'), sum([[1], [2]], []), list(zip([1, 2], 'ab')), list(enumerate('ab', 1)), list(reversed([1, 2])), list(filter(None, [0, 1, '', 'a'])))
import bisect
keys = [1, 3, 5]
bisect.insort(keys, 4)
print(keys, bisect.bisect_left(keys, 3), bisect.bisect(keys, 3))


class Key:
    def __init__(self, v):
        self.v = v

    def __lt__(self, o):
        return self.v < o.v


print([k.v for k in sorted([Key(3), Key(1), Key(2)])])


def bad_key(v):
    raise ValueError('key')


z = [2, 1]
try:
    z.sort(key=bad_key)
except ValueError as e:
    print(e, z)
