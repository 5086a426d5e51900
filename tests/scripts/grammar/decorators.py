# Decorators: order, expressions, on classes and methods.
def trace(name):
    print('make', name)

    def decorate(f):
        print('apply', name, 'to', getattr(f, '__name__', f))
        return f
    return decorate


@trace('a')
@trace('b')
def f():
    return 'f'


print(f())


@trace('class')
class C:
    @trace('method')
    def m(self):
        return 'm'

    @staticmethod
    @trace('static')
    def s():
        return 's'

    @classmethod
    def c(cls):
        return cls.__name__

    @property
    def p(self):
        return self._p

    @p.setter
    def p(self, value):
        self._p = value * 2

    @p.deleter
    def p(self):
        print('deleted')
        del self._p


c = C()
c.p = 4
print(c.m(), C.s(), c.c(), c.p)
del c.p


def replace(f):
    return 'replaced'


@replace
def g():
    pass


print(g)
table = [lambda f: ('zero', f.__name__), lambda f: ('one', f.__name__)]


@table[1]
def h():
    pass


print(h)


@(lambda f: lambda *a: ('wrapped', f(*a)))
def i(x):
    return x


print(i(5))


class Registry(dict):
    def register(self, f):
        self[f.__name__] = f
        return f


registry = Registry()


@registry.register
def job():
    return 'job'


print(list(registry), registry['job']())


def count(f):
    def wrapper(*args, **kwargs):
        wrapper.calls += 1
        return f(*args, **kwargs)
    wrapper.calls = 0
    return wrapper


@count
def add(a, b=1):
    return a + b


print(add(1), add(1, b=5), add.calls)


@type
class Meta:
    pass


print(Meta)
