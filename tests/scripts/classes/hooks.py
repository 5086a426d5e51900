# __init_subclass__, __class_getitem__, __set_name__, __new__.
class Plugin:
    registry = []

    def __init_subclass__(cls, /, tag=None, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.tag = tag
        cls.registry.append(cls.__name__)


class A(Plugin, tag='first'):
    pass


class B(A):
    pass


print(Plugin.registry, A.tag, B.tag)
try:
    class C(Plugin, unknown=1):
        pass
except TypeError as e:
    print(e)
try:
    class E(unknown=1):
        pass
except TypeError as e:
    print(e)


class Generic:
    def __class_getitem__(cls, item):
        return cls.__name__, item


print(Generic[int], Generic[1, 2], Generic[:])
try:
    A[int]
except TypeError as e:
    print(e)


class N:
    made = 0

    def __new__(cls, value):
        if value is None:
            return None
        if value < 0:
            return value
        self = super().__new__(cls)
        cls.made += 1
        return self

    def __init__(self, value):
        print('init', value)
        self.value = value


print(N(None), N(-3), N(5).value, N.made)


class Cached:
    cache = {}

    def __new__(cls, key):
        return cls.cache.setdefault(key, super().__new__(cls))

    def __init__(self, key):
        self.inits = getattr(self, 'inits', 0) + 1


print(Cached(1) is Cached(1), Cached(1).inits, Cached(2).inits)


class Tracer:
    def __init__(self):
        self.calls = []

    def __set_name__(self, owner, name):
        self.calls.append((owner.__name__, name))


t = Tracer()


class T:
    a = t
    b = t


T.late = t
print(t.calls)


class BadName:
    def __set_name__(self, owner, name):
        raise ValueError('in set_name')


try:
    class Broken:
        attr = BadName()
except (ValueError, RuntimeError) as e:
    # RuntimeError before 3.12, the error itself since.
    print('class not made', 'Broken' in globals())
try:
    object(1)
except TypeError as e:
    print(e)


class OnlyNew:
    def __new__(cls, *args):
        return super().__new__(cls)


class OnlyInit:
    def __init__(self, *args):
        pass


print(type(OnlyNew(1, 2)).__name__, type(OnlyInit(1, 2)).__name__)


class BadInit:
    def __init__(self):
        return 5


try:
    BadInit()
except TypeError as e:
    print(e)


class Str(str):
    def __new__(cls, value, extra):
        self = super().__new__(cls, value.upper())
        self.extra = extra
        return self


s = Str('abc', 1)
print(s, s.extra, type(s[:]).__name__)


class Count(int):
    def __new__(cls, value=0):
        return super().__new__(cls, value + 1)


print(Count(), Count(5) + 1, type(Count(5) + 1).__name__)
class Call:
    def __call__(self, *args, **kw):
        return args, kw
print(Call()(1, k=2), callable(Call()), callable(1), callable(Call))
