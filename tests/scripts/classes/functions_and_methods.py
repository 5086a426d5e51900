# Function and method objects: attributes, binding, equality, defaults, code replacement.
def f(a, b=1, *c, d, e=2, **g):
    """doc"""
    return a, b, c, d, e, g


print(f.__name__, f.__qualname__, f.__doc__, f.__defaults__, f.__kwdefaults__, f.__closure__, f.__module__, f.__code__.co_name, f.__dict__, f.__globals__ is globals(), f.__type_params__ if hasattr(f, '__type_params__') else ())
f.custom = [1]
f.custom.append(2)
print(f.custom, vars(f))
f.__defaults__ = (10, 20)
print(f(d=0))
f.__defaults__ = None
try:
    f(1, d=0)
except TypeError as e:
    print(e)
f.__kwdefaults__ = None
try:
    f(1, 2)
except TypeError as e:
    print(e)
for attribute, bad in (('__defaults__', 5), ('__kwdefaults__', []), ('__name__', 5), ('__qualname__', None), ('__code__', 'x'), ('__dict__', 5), ('__globals__', {}), ('__closure__', ())):
    try:
        setattr(f, attribute, bad)
        print('set', attribute)
    except (TypeError, AttributeError) as e:
        print(attribute, type(e).__name__)


def one():
    return 'one'


def two():
    return 'two'


one.__code__ = two.__code__
print(one(), one.__name__)


def closes(x):
    def inner():
        return x
    return inner


try:
    one.__code__ = closes(1).__code__
except ValueError as e:
    print(e)


class C:
    def m(self, *a):
        return self, a

    @classmethod
    def cm(cls):
        return cls

    @staticmethod
    def sm(*a):
        return a

    plain = len
    lam = lambda self: 'lambda'


c = C()
print(c.m == c.m, c.m is c.m, C().m == C().m, hash(c.m) == hash(c.m), c.m.__self__ is c, c.m.__func__ is C.m, C.m is C.m, c.cm == C.cm, c.cm.__self__ is C, C.sm is c.sm, c.plain([1, 2]), c.lam())
m = c.m
m2 = m.__get__(5)
print(C.m.__get__(5)(6), C.m(1, 2), m.__name__, m.__doc__, m.__qualname__, m.__module__)
try:
    m.attr = 1
except AttributeError as e:
    print(type(e).__name__)
C.m.attr = 'on function'
print(m.attr)
c.own = lambda *a: a
print(c.own(1), C.__dict__['cm'].__func__.__name__, C.__dict__['sm'].__wrapped__(3), type(C.__dict__['cm']).__name__)
print(staticmethod(f).__name__, classmethod(f).__doc__, staticmethod(lambda: 5)())
C.added = f
C.replaced = C.m
print(C().replaced(1)[1], callable(C.added))
import types
bound = types.MethodType(lambda s, x: s + x, 10)
print(bound(5), bound.__self__, types.MethodType(len, [1, 2])())
for bad in (lambda: types.MethodType(5, 1), lambda: types.MethodType(len, None), lambda: types.FunctionType(5, {}), lambda: C.m(), lambda: C.cm(1)):
    try:
        bad()
        print('no error')
    except TypeError as e:
        print('TypeError')
g = types.FunctionType(f.__code__, {'__builtins__': {}}, 'renamed', (1, 2))
print(g.__name__, g(d=1, e=2), g.__defaults__)
inner = closes('captured')
copy = types.FunctionType(inner.__code__, globals(), 'copy', None, inner.__closure__)
print(copy(), copy.__closure__[0] is inner.__closure__[0])
try:
    types.FunctionType(inner.__code__, globals())
except TypeError as e:
    print(e)
print([].append.__self__, len.__self__.__name__, 'x'.upper.__name__, str.upper.__objclass__, int.__add__(1, 2), (1).__add__(2), [].append == [].append, 'a'.join.__qualname__, dict.fromkeys.__self__)
fs = [lambda x, n=n: x + n for n in range(3)]
print([h(10) for h in fs], fs[0].__name__, (lambda: 0).__code__.co_name)


def recursive_default(n, cache={0: 0, 1: 1}):
    if n not in cache:
        cache[n] = recursive_default(n - 1) + recursive_default(n - 2)
    return cache[n]


print(recursive_default(80))


def outer():
    def inner():
        class Local:
            def m(self): pass
        return Local
    return inner


print(outer().__qualname__, outer()().__qualname__, outer()().m.__qualname__)
