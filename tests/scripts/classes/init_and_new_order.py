# What happens when a class is called and when it is made, step by step.
events = []


class Meta(type):
    @classmethod
    def __prepare__(mcs, name, bases, **kw):
        events.append(f'prepare {name}')
        return {}

    def __new__(mcs, name, bases, ns, **kw):
        events.append(f'meta new {name}')
        cls = super().__new__(mcs, name, bases, ns)
        events.append(f'made {name}')
        return cls

    def __init__(cls, name, bases, ns, **kw):
        events.append(f'meta init {name}')

    def __call__(cls, *args):
        events.append(f'call {args}')
        obj = super().__call__(*args)
        events.append('called')
        return obj


class Field:
    def __set_name__(self, owner, name):
        events.append(f'set_name {name}')


class Base(metaclass=Meta):
    def __init_subclass__(cls, **kw):
        events.append(f'init_subclass {cls.__name__} {kw}')

    def __new__(cls, *args):
        events.append('new')
        return super().__new__(cls)

    def __init__(self, *args):
        events.append('init')


class Sub(Base, key='value'):
    events.append('body')
    f = Field()


Sub(1, 2)
print('\n'.join(events))
events.clear()


class Returns:
    def __new__(cls, kind):
        if kind == 'same':
            return super().__new__(cls)
        if kind == 'sub':
            return super().__new__(Derived)
        if kind == 'other':
            return 'other'

    def __init__(self, kind):
        events.append(f'init {type(self).__name__}')


class Derived(Returns):
    pass


for kind in ('same', 'sub', 'other'):
    r = Returns(kind)
    print(kind, type(r).__name__, events)
    events.clear()


class Explicit:
    def __init__(self):
        self.count = getattr(self, 'count', 0) + 1


e = Explicit()
e.__init__()
Explicit.__init__(e)
print(e.count, Explicit.__new__(Explicit).__dict__)


class NoNew:
    __new__ = None


try:
    NoNew()
except TypeError as err:
    print(type(err).__name__)


class StaticNew:
    @staticmethod
    def __new__(cls, v):
        self = object.__new__(cls)
        self.v = v
        return self


print(StaticNew(5).v, isinstance(StaticNew.__dict__['__new__'], staticmethod), type(Base.__dict__['__new__']).__name__, type(Base.__dict__['__init_subclass__']).__name__)


class Kw:
    def __new__(cls, *, a):
        self = super().__new__(cls)
        self.a = a
        return self

    def __init__(self, *, a, b=2):
        self.b = b


k = Kw(a=1)
print(k.a, k.b)
try:
    Kw()
except TypeError as err:
    print(err)
try:
    Kw(a=1, b=3)
except TypeError as err:
    print(err)


class Parent:
    def __init__(self, x):
        self.x = x


class Child(Parent):
    pass


try:
    Child()
except TypeError as err:
    print(err)


class Grand(Child):
    def __init__(self, x, y):
        super().__init__(x)
        self.y = y


print(vars(Grand(1, 2)))
Parent.__init__ = lambda self, x: setattr(self, 'patched', x)
print(vars(Child(9)), vars(Grand(1, 2)))


class Callable:
    def __call__(self):
        return 'instance call'


class HasCallable:
    method = Callable()
    __call__ = Callable()


h = HasCallable()
print(h.method(), h(), type(h).__call__())
h.__call__ = lambda: 'ignored'
print(h())
