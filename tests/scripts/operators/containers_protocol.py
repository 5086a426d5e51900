# __getitem__, __setitem__, __delitem__, __contains__, __iter__, __reversed__, slices given to user classes.
class Show:
    def __getitem__(self, k):
        return k

    def __setitem__(self, k, v):
        print('set', k, v)

    def __delitem__(self, k):
        print('del', k)


s = Show()
print(s[1], s[1:2], s[::], s[1:2:3], s[1, 2], s[1:2, ...], s[...], s[()], s[(1,)], s['a', :, None])
s[1:2] = 3
s[0, 1] = 'x'
del s[::2], s['k']
print(s[lambda: 0].__name__, s[not 1], s[[1, 2]])


class Sequence:
    def __init__(self, n):
        self.n = n

    def __getitem__(self, i):
        if i >= self.n:
            raise IndexError(i)
        return i * i

    def __len__(self):
        return self.n


q = Sequence(4)
print(list(q), 9 in q, 5 in q, [*q], tuple(q), max(q), sum(q), list(reversed(q)), list(enumerate(q)), dict(zip(q, q)))
a, b, c, d = q
print(a, b, c, d, list(map(str, q)), list(iter(q)))
it = iter(q)
print(next(it), next(it), list(it), next(it, 'end'), list(it))


class Iter:
    def __init__(self, items):
        self.items = list(items)

    def __iter__(self):
        return self

    def __next__(self):
        if not self.items:
            raise StopIteration
        return self.items.pop(0)


i = Iter('abc')
print('b' in i, list(i), list(i))


class Contains:
    def __contains__(self, x):
        print('asked', x, end=' ')
        return x == 1


print(1 in Contains(), 2 not in Contains())


class NoContains:
    __contains__ = None

    def __iter__(self):
        return iter([1])


for f in (lambda: 1 in NoContains(), lambda: 5[0], lambda: None['x'], lambda: len(5), lambda: iter(5), lambda: next(5),
          lambda: reversed({1}), lambda: [][0], lambda: {}['k'], lambda: object()[1]):
    try:
        f()
    except (TypeError, IndexError, KeyError) as e:
        print(type(e).__name__, e)
try:
    (5)[0] = 1
except TypeError as e:
    print(e)
try:
    t = (1, 2)
    t[0] = 5
except TypeError as e:
    print(e)
try:
    del 'abc'[0]
except TypeError as e:
    print(e)
try:
    Show.__len__
except AttributeError as e:
    print(e)


class Rev:
    def __reversed__(self):
        return 'any object'


print(reversed(Rev()))


class Missing(dict):
    def __missing__(self, key):
        return 'missing ' + key


m = Missing(a=1)
print(m['a'], m['b'], m.get('b'), 'b' in m)
print(list(iter(Iter([1, 2, 3]).__next__, 2)))
import operator
print(operator.length_hint(iter([1, 2, 3])), operator.length_hint(Sequence(3)), operator.length_hint(5 and iter(range(9))))


class Hint:
    def __length_hint__(self):
        return 10


print(operator.length_hint(Hint()), operator.getitem([1, 2], 1), operator.contains('abc', 'b'), operator.concat([1], [2]))
