# Multiple inheritance, C3, super.
class A:
    def who(self):
        return ['A']


class B(A):
    def who(self):
        return ['B'] + super().who()


class C(A):
    def who(self):
        return ['C'] + super().who()


class D(B, C):
    def who(self):
        return ['D'] + super().who()


print(D().who(), [c.__name__ for c in D.__mro__])
try:
    class X(A, B):
        pass
except TypeError as e:
    print('TypeError', 'consistent method resolution' in str(e))
try:
    class X(A, A):
        pass
except TypeError as e:
    print(e)
try:
    class X(int, str):
        pass
except TypeError as e:
    print(e)
try:
    class X(bool):
        pass
except TypeError as e:
    print(e)
print(super(B, D()).who(), super(C, D()).who())
s = super(B, D)
print(s.who(D()))


class Cooperative:
    def __init__(self, **kwargs):
        print(type(self).__name__, 'base', kwargs)


class First(Cooperative):
    def __init__(self, *, first, **kwargs):
        print('first', first)
        super().__init__(**kwargs)


class Second(Cooperative):
    def __init__(self, *, second, **kwargs):
        print('second', second)
        super().__init__(**kwargs)


class Both(First, Second):
    pass


Both(first=1, second=2)


class Rebase:
    pass


class Child(Rebase):
    pass


class Other:
    def extra(self):
        return 'extra'


Child.__bases__ = (Other,)
print(Child().extra(), Child.__mro__[1].__name__)
try:
    Child.__bases__ = ()
except TypeError as e:
    print('TypeError')
try:
    Child.__bases__ = (Child,)
except TypeError as e:
    print('TypeError')


class Meta(type):
    def mro(cls):
        return [cls, *reversed(type.mro(cls)[1:-1]), object]


class P:
    name = 'P'


class Q:
    name = 'Q'


class Reversed(P, Q, metaclass=Meta):
    pass


print(Reversed.name, [c.__name__ for c in Reversed.__mro__])


class Diamond:
    class L:
        pass


print(D.__bases__, A.__subclasses__(), D.__base__)


class G1:
    def __mro_entries__(self, bases):
        print('entries', len(bases))
        return (A,)


class H(G1()):
    pass


print(H.__bases__, H().who(), len(H.__orig_bases__))


class Grow(A):
    pass


g = Grow()
print(g.who())
A.who = lambda self: ['patched A']
print(g.who(), D().who())
Grow.who = lambda self: ['Grow']
print(g.who())
del Grow.who
print(g.who())
g.who = lambda: 'instance'
print(g.who())
