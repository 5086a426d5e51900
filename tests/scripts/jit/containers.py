# env: SKEIN_JIT=on
# env: SKEIN_JIT_THRESHOLD=20
# env: SKEIN_JIT_EXIT_THRESHOLD=2
# Displays, slices, items, membership and operators on containers in hot loops, with subclass twins and errors.
from collections import Counter, defaultdict, deque
from array import array


class D(dict):
    def __missing__(self, key):
        return 'missing'


class G(list):
    def __getitem__(self, i):
        return 'got'

    def __contains__(self, x):
        return x == 'in'


class Eq:
    def __init__(self, n):
        self.n = n

    def __eq__(self, other):
        return isinstance(other, Eq) and self.n == other.n

    __hash__ = None


class Plain:
    pass


class Falsy:
    def __init__(self, n):
        self.n = n

    def __bool__(self):
        return self.n > 3


def run(f, *groups):
    for args in groups:
        out = []
        for i in range(60):
            try:
                out.append(f(i, *args))
            except Exception as e:
                out.append(f'{type(e).__name__}: {e}')
        print(f.__name__, repr(out[0]), repr(out[30]), repr(out[-1]))


def displays(i, x):
    t = (i, x, i)
    a, b, c = t
    l = [a, x]
    l[0] = b
    return t, l, {i: x, 'k': c}, {i, a}, [*l, *t], (*l,)


def slices(i, x):
    return x[1:], x[:2], x[-2:], x[i % 3:i % 5], x[:]


def subscript(i, x, k):
    return x[k]


def store(i, x, k):
    x[k] = i
    return x[k]


def member(i, x, y):
    return x in y, x not in y


def plus(i, x, y):
    return x + y


def times(i, x, y):
    return x * y, x % y


def power(i, x, y):
    return x ** y


def compare(i, x, y):
    return x == y, x != y, 'yes' if x == y else 'no'


def less(i, x, y):
    return x < y, 'yes' if x >= y else 'no'


def true(i, x):
    return not x, bool(x), 'yes' if x else 'no'


def text(i, x):
    return f'{x}|{i}|{x!r}|{x!s}|{i:03}'


def replace(i, x):
    x = list(x)
    x[1:2] = [i, i]
    x[0], x[-1] = x[-1], x[0]
    return x


def minus(i, x):
    return -x, ~x


run(displays, (1,), ('s',), (2.5,), (None,), ([],))
run(slices, ([1, 2, 3, 4],), ((1, 2, 3),), ('äbcd',), (b'abcd',), (G([1, 2]),), (range(5),), (5,))
run(subscript, ('abc', 1), ('äbc', 0), ('abc', -1), ('abc', 7), (b'abc', 1), ({(1, 2): 3}, (1, 2)), (D(), 5), (G(), 1),
    (defaultdict(list), 'x'), (Counter('aab'), 'z'), (array('d', [1.5, 2]), 1), (deque([1, 2, 3]), -1), ({}, []), ([1, 2], 9),
    ([1, 2, 3], slice(1)), (7, 0))
run(store, ({}, (1, 2)), (D(), 1), (array('d', [0]), 0), (array('i', [0]), 0), (bytearray(3), 1), (deque([1]), 0), ((1,), 0),
    (defaultdict(int), 'a'), ({}, {}))
run(member, (1, [3, 2, 1]), ('a', 'banana'), ((1, 2), {(1, 2)}), (Eq(1), [Eq(2), Eq(1)]), ('in', G()), (1, {1: 2}.keys()),
    (int, {int, str}), ([], {1}), (1, 'a'), (3, range(5)), (2.0, (1, 2)))
run(plus, ('a', 'b'), ([1], [2]), ((1,), (2,)), (b'a', b'b'), (1 << 62, 1), (1 << 70, -1), ('a', 1), ([], ()), (True, 2.5))
run(times, ('%s', 3), ([1], 2), (7, 3), (7.5, 2), (1 << 70, 3), (3, 0), (-7, 3), (-7, -3), ('%d %s', (1, 'x')))
run(power, (2, 2), (3.0, 2), (2, 0.5), (2, 100), (-8.0, 0.5), (0.0, -1), (1 << 40, 2), (2, -1), ('a', 2))
run(compare, ('a', 'a'), ('a', 'b'), ((1, 2), (1, 2)), ([1], [1]), (Plain, Plain()), (None, 0), (Eq(1), Eq(1)), (1, 1.0),
    (Plain(), None), (1 << 70, 1 << 70), ({1}, {1}), ('1', 1), (float('nan'), float('nan')))
run(less, ('a', 'b'), ((1, 2), (1, 3)), ([2], [1]), ({1}, {1, 2}), (1, 'a'), (1 << 70, 1), (frozenset('a'), frozenset('ab')))
run(true, ('',), ('x',), ({},), (set(),), (b'a',), (Plain(),), (Falsy(1),), (Falsy(5),), (len,), (1 << 70,), (0.0,), (None,),
    (range(0),), (deque(),))
run(text, (1,), ('x',), (2.5,), (None,), ((1, 'a'),), (Plain,), (1 << 70,))
run(replace, ([1, 2, 3],), ((4, 5),), ('abc',), ([],))
run(minus, (1,), (1 << 70,), (2.5,), ('a',), (-(1 << 62),), (True and 0,))
f = Falsy(1)
n = 0
for i in range(100):
    if i == 50:
        Falsy.__bool__ = lambda self: True
    n += 1 if f else 0
print(n)
p, q = Plain(), Plain()
n = 0
for i in range(100):
    if i == 60:
        Plain.__eq__ = lambda self, other: True
    n += p == q
print(n)
