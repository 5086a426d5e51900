# Assignment targets and unpacking in displays and calls.
a, b = 1, 2
a, b = b, a
print(a, b)
(a, [b, (c, *d)], e) = 1, (2, 'xyz'), 3
print(a, b, c, d, e)
first, *rest = range(5)
*init, last = 'hello'
head, *middle, tail = [1, 2]
print(first, rest, init, last, head, middle, tail)
x = y = z = []
x.append(1)
print(y is z, z)
[p, q] = {1: 'a', 2: 'b'}
print(p, q)
() = ()
[] = ''
i = 0
items = [0, 0, 0]
i, items[i] = 1, 'set'
print(i, items)


def order(name, value):
    print('eval', name)
    return value


class T:
    def __setitem__(self, key, value):
        print('set', key, value)


t = T()
t[order('k1', 1)], t[order('k2', 2)] = order('v', (10, 20))
t[order('k', 'k')] = order('v', 'v')
d = {order('key', 1): order('value', 2)}
print([*range(3), *'ab'], (*(), 1, *[2]), {*'aab'} == {'a', 'b'}, {**{'a': 1}, 'b': 2, **{'a': 3}})
print(*[1, 2], *(3,), sep='-')


def f(*args, **kwargs):
    return args, kwargs


print(f(*[1], 2, *(3, 4), k=5, **{'l': 6}, **{'m': 7}))
print(f(**{'not an identifier': 1}))
for bad in (lambda: (lambda a, b: 0)(*[1], **{'a': 2}), lambda: f(**{1: 2}), lambda: f(*5), lambda: f(**5)):
    try:
        bad()
    except TypeError as e:
        print('TypeError', str(e).rpartition('.')[2])
try:
    a, b = 1,
except ValueError as e:
    print(e)
try:
    a, *b, c = [1]
except ValueError as e:
    print(e)
try:
    a, b = 5
except TypeError as e:
    print(e)


def gen():
    yield 1
    yield 2
    print('never reached')
    yield 3


try:
    a, b = gen()
except ValueError:
    print('too many')
print(a, b)


def returns():
    return 1, *[2, 3]


def yields():
    yield 1, *'ab'


print(returns(), list(yields()))
for x in 1, *[2, 3]:
    print(x, end=' ')
print()
m = {}
m['a'], m['b'] = m['c'] = 1, 2
print(m)
(a), b = 1, 2
print(a, b)
*a, = 'xyz'
print(a)
