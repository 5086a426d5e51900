# Metaclasses: __prepare__, __new__, __init__, __call__, keywords, conflicts.
class Meta(type):
    @classmethod
    def __prepare__(mcls, name, bases, **kwargs):
        print('prepare', name, [b.__name__ for b in bases], kwargs)
        return {'injected': 1}

    def __new__(mcls, name, bases, ns, **kwargs):
        print('new', name, kwargs)
        return super().__new__(mcls, name, bases, dict(ns))

    def __init__(cls, name, bases, ns, **kwargs):
        print('init', name, kwargs)
        super().__init__(name, bases, ns)

    def __call__(cls, *args, **kwargs):
        print('call', cls.__name__, args)
        return super().__call__(*args, **kwargs)

    def __instancecheck__(cls, obj):
        return obj == 'magic' or super().__instancecheck__(obj)

    def __subclasscheck__(cls, sub):
        return sub is int or super().__subclasscheck__(sub)

    def __len__(cls):
        return 42

    def __iter__(cls):
        return iter('iter')

    def __contains__(cls, item):
        return item == 'in'

    def __getitem__(cls, item):
        return cls.__name__, item

    def __repr__(cls):
        return f'<{cls.__name__}!>'

    def __add__(cls, other):
        return 'added'

    def __bool__(cls):
        return False


class A(metaclass=Meta, option=1):
    print('body', injected)

    def __init__(self, v):
        self.v = v


a = A(5)
print(a.v, type(A).__name__, A.injected)
print(isinstance('magic', A), isinstance(a, A), isinstance(5, A), issubclass(int, A), issubclass(str, A))
print(len(A), list(A), 'in' in A, A[3], A, A + 1, bool(A))


class B(A):
    pass


print(type(B).__name__)


class Other(type):
    pass


try:
    class C(A, metaclass=Other):
        pass
except TypeError as e:
    print(e)


class Derived(Meta):
    pass


class D(A, metaclass=Derived):
    pass


print(type(D).__name__)


def function_meta(name, bases, ns):
    print('function', name)
    return type(name, bases, {**ns, 'tag': 'by function'})


class F(metaclass=function_meta):
    pass


print(F.tag, type(F))


class Singleton(type):
    instances = {}

    def __call__(cls, *args):
        if cls not in cls.instances:
            cls.instances[cls] = super().__call__(*args)
        return cls.instances[cls]


class S(metaclass=Singleton):
    pass


print(S() is S())


class Ordered(type):
    def __new__(mcls, name, bases, ns):
        cls = super().__new__(mcls, name, bases, ns)
        cls.order = [k for k in ns if not k.startswith('__')]
        return cls


class O(metaclass=Ordered):
    z = 1
    a = 2

    def m(self):
        pass


print(O.order)
try:
    type('X', (), {}, unknown=1)
except TypeError as e:
    print(e)
try:
    type('X')('too many', 'args')
except TypeError as e:
    print(type(e).__name__)
try:
    type(1, 2)
except TypeError as e:
    print(e)
print(type(5), type('T', (), {})().__class__.__name__)
class NotClass(metaclass=lambda *a: 'a string'):
    pass
print(NotClass)
