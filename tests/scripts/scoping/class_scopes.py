# Class bodies: name lookup, __class__ cells, nested classes, namespace tricks.
x = 'global'


def f():
    x = 'local'

    class C:
        y = x
        x = 'class' if False else x
    return C


try:
    print(f().y)
except NameError as e:
    print('NameError', e)


class A:
    x = x + ' in class'
    items = [x for _ in range(1)]

    def get(self):
        return x

    class Inner:
        seen = x


print(A.x, A.items, A().get(), A.Inner.seen)


def closure():
    value = 'closed'

    class B:
        v = value

        def m(self):
            return value

        @staticmethod
        def s():
            return value
    value = 'changed'
    return B


B = closure()
print(B.v, B().m(), B.s())


class C:
    n = 1
    def double(v, n=n): return v * 2 + n
    doubled = double(5)
    locals()['injected'] = 'yes'
    print('n' in locals(), 'zz' in locals())


print(C.doubled, C.injected)


class D:
    def m(self):
        return __class__

    @classmethod
    def c(cls):
        return __class__, cls

    def later(self):
        class __Inner:
            def k(self):
                return __class__.__name__
        return __Inner().k()


class E(D):
    pass


print(E().m() is D, E.c() == (D, E), E().later())


def deco(cls):
    class Wrapped(cls):
        pass
    Wrapped.__name__ = cls.__name__
    return Wrapped


@deco
class F(D):
    def m(self):
        return super().m(), __class__.__name__


print(F().m())


class Prep(type):
    @classmethod
    def __prepare__(mcs, name, bases):
        class Counting(dict):
            def __setitem__(self, k, v):
                if k in self and not k.startswith('__'):
                    v = (self[k], v)
                super().__setitem__(k, v)

            def __missing__(self, k):
                if k.startswith('auto'):
                    return k.upper()
                raise KeyError(k)
        return Counting()

    def __new__(mcs, name, bases, ns):
        return super().__new__(mcs, name, bases, dict(ns))


class P(metaclass=Prep):
    a = 1
    a = 2
    b = auto_name
    c = len([1])
    try:
        d = not_found
    except NameError:
        d = 'NameError'


print(P.a, P.b, P.c, P.d)


class Order:
    z = 1
    y = 2
    x = 3


print([k for k in Order.__dict__ if len(k) == 1])
print(type('T', (), {'x': 1}).x, type('T', (), dict(m=lambda self: self.x, x=5))().m())


def gen_in_class():
    class G:
        base = 10
        first = next(i for i in [base])
        try:
            second = list(i + base for i in [1])
        except NameError as e:
            second = str(e)
    return G.first, G.second


print(gen_in_class())


class Cond:
    if x == 'global':
        def m(self):
            return 'conditional'
    else:
        def m(self):
            return 'other'
    for i in range(3):
        exec(f'attr{i} = i * 10')
    del i


print(Cond().m(), Cond.attr2, hasattr(Cond, 'i'))
