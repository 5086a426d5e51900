# tuple, range, slice.
t = (1, 2, 3)
print(t + (4,), t * 2, t[1:], t[::-1], t.index(2), t.count(1), 2 in t, len(t), hash(t) == hash((1, 2, 3)), (1,), (), ((1, 2), 3), tuple('ab'), tuple([1]), tuple())
print((1, 2) < (1, 3), (1,) < (1, 0), () < (0,), (1, 'a') == (1, 'a'), t is tuple(t), t[:] is t, (1, [2]), 3 * (0,), max((1, 2), (1, 3)), sorted([(2, 'a'), (1, 'b')]))
for f in (lambda: t[9], lambda: t['a'], lambda: t + [1], lambda: t.index(9), lambda: hash(([],)), lambda: tuple(5), lambda: (1, 2) < (1, 'a')):
    try:
        f()
    except Exception as e:
        print(type(e).__name__, e)


class T(tuple):
    def __new__(cls, *items):
        return super().__new__(cls, items)

    def __repr__(self):
        return 'T' + super().__repr__()


x = T(1, 2)
print(x, x == (1, 2), hash(x) == hash((1, 2)), x[0], type(x[:]).__name__, type(x + ()).__name__, [*x], {x: 1}[(1, 2)])
r = range(10)
print(r, range(1, 10, 3), list(range(5, 0, -2)), len(range(0, 10, 3)), r[2], r[-1], r[2:5], r[::-1], r[::3], 5 in r, 10 in r, 2.0 in r, 'a' in r, r.index(4), r.count(4), r.start, r.stop, r.step)
print(range(0) == range(5, 5), range(0, 3, 2) == range(0, 4, 2), hash(range(0, 3, 2)) == hash(range(0, 4, 2)), bool(range(0)), list(reversed(range(3))), list(range(0)), range(10 ** 20)[10 ** 19], len(range(0, 10 ** 18, 10)), 10 ** 19 in range(10 ** 20), sum(range(101)))
print(range(-5, 5)[::4], range(5)[10:], list(range(10))[range(3)[1]], max(range(5)), range(3, -3, -1).index(-2), list(range(True + True)), range(1, 2).__reduce__()[1], [*range(0, -3, -1)])
for f in (lambda: range(1, 2, 0), lambda: range(1.5), lambda: range('a'), lambda: r[20], lambda: len(range(10 ** 20)), lambda: range(), lambda: r.start.__class__(r)):
    try:
        f()
    except Exception as e:
        print(type(e).__name__, e)
s = slice(1, 10, 2)
print(s, s.start, s.stop, s.step, s.indices(5), slice(5), slice(None), slice(-3, None).indices(10), slice(None, None, -1).indices(5), s == slice(1, 10, 2), slice(1) < slice(2))
try:
    slice(1, 2, 0).indices(5)
except ValueError as e:
    print(e)
try:
    [1, 2][::0]
except ValueError as e:
    print(e)
try:
    'abc'['a':]
except TypeError as e:
    print(e)
print('abcdef'[slice(1, 4)], list(range(10))[slice(None, None, 3)], (1, 2, 3)[slice(-1, None)], [1, 2, 3][-10 ** 30:10 ** 30], 'abc'[True:], [0, 1, 2][None:2])
from collections import namedtuple
P = namedtuple('P', 'x y', defaults=[0])
p = P(1)
print(p, p.x, p[1], p._replace(y=5), p._asdict(), P._fields, P._make([7, 8]), p == (1, 0), P(x=1, y=2), *p)
try:
    P()
except TypeError as e:
    print(type(e).__name__)
try:
    p.x = 5
except AttributeError as e:
    print("can't set attribute")
print(namedtuple('Q', ['a', 'def', 'a'], rename=True)._fields, P.__doc__, repr(P._field_defaults), p.__getnewargs__(), isinstance(p, tuple), P(1, 2) < P(1, 3))


class Sub(P):
    @property
    def total(self):
        return self.x + self.y


print(Sub(3, 4).total, Sub(3, 4), Sub(1)._replace(x=9).total)
from collections import deque
d = deque([1, 2, 3], maxlen=4)
d.append(4)
d.append(5)
d.appendleft(0)
d.rotate(1)
print(d, d.pop(), d.popleft(), d.maxlen, d[0], d.count(2), list(d), 2 in d, d + deque([9]), deque('abc').index('b'))
d.extend([7, 8])
d.extendleft([6])
d.insert(1, 'ins') if len(d) < 4 else None
d.reverse()
d.remove(6) if 6 in d else None
print(d, len(d), deque() == deque([]), deque([1]) < deque([2]), d.copy() == d, deque([1, 2]) * 2, bool(deque()), deque(maxlen=0))
try:
    deque().pop()
except IndexError as e:
    print(e)
