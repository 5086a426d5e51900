# golden: 3.14
# __slots__: layout, inheritance, conflicts.
class P:
    __slots__ = ('x', 'y')

    def __init__(self, x, y):
        self.x = x
        self.y = y


p = P(1, 2)
print(p.x, p.y, hasattr(p, '__dict__'))
try:
    p.z = 3
except AttributeError as e:
    print('AttributeError')
del p.x
try:
    p.x
except AttributeError as e:
    print('unset', e)
try:
    del p.x
except AttributeError as e:
    print('AttributeError')
p.x = 'again'
print(p.x, type(P.x).__name__, P.x.__get__(p), P.__slots__)


class Q(P):
    __slots__ = 'single'


q = Q(1, 2)
q.single = 3
print(q.x, q.single, hasattr(q, '__dict__'))


class R(P):
    pass


r = R(1, 2)
r.free = 1
print(r.__dict__, r.x)


class D:
    __slots__ = ('a', '__dict__')


d = D()
d.a, d.b = 1, 2
print(d.__dict__)


class W:
    __slots__ = ('__weakref__',)


import weakref
w = W()
ref = weakref.ref(w)
print(ref() is w)
try:
    weakref.ref(p)
except TypeError as e:
    print(e)
try:
    class Bad:
        __slots__ = ('v',)
        v = 1
except ValueError as e:
    print(e)
try:
    class Bad:
        __slots__ = ('not valid',)
except TypeError as e:
    print(e)
try:
    class Bad(int):
        __slots__ = ('v',)
except TypeError as e:
    print(e)


class A:
    __slots__ = ('a',)


class B:
    __slots__ = ('b',)


try:
    class AB(A, B):
        pass
except TypeError as e:
    print(e)


class Mangled:
    __slots__ = ('__private',)

    def __init__(self):
        self.__private = 5


print(Mangled()._Mangled__private, Mangled.__slots__)


class Default:
    __slots__ = {'x': 'doc of x'}


print(Default.__slots__, Default.x.__doc__)


class L(list):
    __slots__ = ('extra',)


l = L([1, 2])
l.extra = 'e'
print(l, l.extra, hasattr(l, '__dict__'))


class Gen:
    __slots__ = (n for n in ('g1', 'g2'))


g = Gen()
g.g1 = 1
print(g.g1)


class Same1:
    __slots__ = ('a',)


class Same2:
    __slots__ = ('a',)


s = Same1()
s.a = 1
s.__class__ = Same2
print(type(s).__name__, s.a)
try:
    s.__class__ = P
except TypeError as e:
    print('TypeError')
try:
    P.x.__get__(5)
except TypeError as e:
    print('TypeError')
