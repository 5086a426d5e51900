# super() in odd places.
class A:
    def __init__(self):
        self.log = ['A']

    def m(self):
        return 'A.m'

    @classmethod
    def c(cls):
        return 'A.c', cls.__name__

    @staticmethod
    def s():
        return 'A.s'

    @property
    def p(self):
        return 'A.p'

    def __getitem__(self, key):
        return 'A', key

    def __getattr__(self, name):
        if name.startswith('dyn'):
            return 'A', name
        raise AttributeError(name)


class B(A):
    def __init__(self):
        super().__init__()
        self.log.append('B')

    def m(self):
        def inner():
            return super(B, self).m()
        return [super().m() for _ in range(1)] + [inner(), (lambda: super(B, self).m())()] if False else [super().m(), inner()]

    @classmethod
    def c(cls):
        return 'B', super().c()

    @staticmethod
    def s():
        return 'B', super(B, B).s()

    @property
    def p(self):
        return 'B', super().p

    def __getitem__(self, key):
        return 'B', super().__getitem__(key)

    def get(self):
        return super().__getattr__('dynamic')

    def closure(self):
        f = lambda: __class__.__name__
        return f(), __class__ is B


b = B()
print(b.log, b.m(), b.c(), B.c(), b.s(), b.p, b['k'], b.get(), b.closure())
try:
    super()
except RuntimeError as e:
    print(e)


def free():
    super()


try:
    free()
except RuntimeError as e:
    print(e)


def with_arg(self):
    super()


try:
    with_arg(1)
except RuntimeError as e:
    print(e)


class C(A):
    def bad(self):
        del self
        super()

    def wrong(x):
        return super().m()


for call in (lambda: C().bad(), lambda: C.wrong(5)):
    try:
        call()
    except (RuntimeError, TypeError) as e:
        print(type(e).__name__)
try:
    super(B, 5)
except TypeError as e:
    print(type(e).__name__)
s = super(B, b)
print(s.__thisclass__.__name__, s.__self__ is b, s.__self_class__.__name__)
try:
    s.nothing
except AttributeError as e:
    print(e)
unbound = super(B)
print(unbound.__self__, unbound.__get__(b).m())


class Meta(type):
    def __call__(cls, *args):
        made = super().__call__(*args)
        made.via = 'meta'
        return made

    def __new__(mcls, name, bases, ns):
        return super().__new__(mcls, name + '_', bases, ns)


class M(metaclass=Meta):
    def __new__(cls, *args):
        self = super().__new__(cls)
        self.args = args
        return self

    def __setattr__(self, name, value):
        super().__setattr__(name, (name, value))


m = M(1, 2)
print(M.__name__, m.args, m.via)


class Gen(A):
    def items(self):
        yield super().m()
        yield [super(Gen, self).m() for _ in 'ab']

    def nested(self):
        class Inner(B):
            def m(self):
                return 'Inner', super().m()
        return Inner().m()


print(list(Gen().items()), Gen().nested())


class D(dict):
    def __missing__(self, key):
        return super().setdefault(key, len(self))

    def __setitem__(self, key, value):
        super().__setitem__(key, value * 2)


d = D()
d['a'] = 4
print(d['x'], d['y'], d)
