# inspect, types, abc, functions' attributes.
import abc
import inspect
import types


def f(a, b=2, /, c=3, *args, d, e=5, **kw) -> int:
    """Doc of f.

    More.
    """
    local = a
    return local


sig = inspect.signature(f)
print(sig, list(sig.parameters), sig.parameters['d'].kind.name, sig.parameters['b'].default, sig.return_annotation)
ba = sig.bind(1, 2, 3, 4, d=5, z=6)
ba.apply_defaults()
print(ba.args, ba.kwargs, ba.arguments['args'])
try:
    sig.bind()
except TypeError as e:
    print(e)
print(inspect.getdoc(f), inspect.isfunction(f), inspect.ismethod(f), inspect.isbuiltin(len), inspect.isclass(int), inspect.ismodule(abc), inspect.isgeneratorfunction(lambda: (yield)))
print(inspect.getsource(f).splitlines()[0], inspect.getsourcelines(f)[1], inspect.getmodule(f).__name__, inspect.getfullargspec(f).args)
print(f.__name__, f.__defaults__, f.__kwdefaults__, f.__code__.co_argcount, f.__code__.co_posonlyargcount, f.__code__.co_kwonlyargcount, f.__code__.co_varnames, f.__code__.co_nlocals, f.__code__.co_flags & 4 != 0, f.__code__.co_flags & 8 != 0, f.__dict__, f.__module__)
f.attr = 1
f.__name__ = 'renamed'
f.__doc__ = 'new doc'
print(f.attr, f.__name__, f.__doc__, f.__qualname__, f.__dict__)


class Base(abc.ABC):
    @abc.abstractmethod
    def must(self):
        return 'base'

    @property
    @abc.abstractmethod
    def prop(self): ...

    @classmethod
    def __subclasshook__(cls, c):
        return True if hasattr(c, 'duck') else NotImplemented


class Good(Base):
    def must(self):
        return super().must() + ' good'

    prop = 5


class Duck:
    duck = True


for cls in (Base, type('Half', (Base,), {'must': 1})):
    try:
        cls()
    except TypeError as e:
        print('TypeError')
print(Good().must(), sorted(Base.__abstractmethods__), Good.__abstractmethods__, isinstance(Duck(), Base), issubclass(int, Base))
Base.register(int)
print(isinstance(5, Base), inspect.isabstract(Base), Good.__mro__[1].__name__)
print(types.FunctionType is type(f), types.MethodType(lambda self, x: (self, x), 'bound')(5), types.SimpleNamespace(a=1).a, types.new_class('N', (Good,), {}, lambda ns: ns.update(z=1)).z, types.GeneratorType.__name__, types.NoneType(), isinstance(len, types.BuiltinFunctionType))
m = types.MappingProxyType({'a': 1})
try:
    m['b'] = 2
except TypeError as e:
    print(e)
print(m['a'], dict(m), len(m), m | {'b': 2}, Good.__dict__['prop'], type(Good.__dict__).__name__)


class C:
    """C doc"""
    x = 1

    def m(self, a, *, k=1): ...

    @classmethod
    def c(cls, a): ...

    @staticmethod
    def s(a): ...

    def __call__(self, q): ...


print(inspect.signature(C.m), inspect.signature(C().m), inspect.signature(C.c), inspect.signature(C.s), inspect.signature(C()), inspect.signature(C), [n for n, _ in inspect.getmembers(C, inspect.isfunction)], inspect.getmro(C)[0].__name__, inspect.getattr_static(C(), 'x'))
g = (i for i in range(2))
print(inspect.getgeneratorstate(g), next(g), inspect.getgeneratorstate(g), inspect.getgeneratorlocals(g)['i'])


def outer():
    x = 1

    def inner():
        return x, len
    return inspect.getclosurevars(inner)


print(outer().nonlocals, list(outer().builtins), inspect.currentframe().f_code.co_name, inspect.stack()[0].function, inspect.unwrap(f) is f, inspect.cleandoc('  a\n    b\n  c'))
code = compile('a = 1\ndef g(): return a', 'x.py', 'exec')
print(code.co_names, code.co_stacksize > 0, code.co_filename, code.replace(co_name='other').co_name, [c.co_name for c in code.co_consts if isinstance(c, types.CodeType)])
print(types.FunctionType(f.__code__, globals(), 'named', (1,), None)(0, 1, d=1, e=2), f.__get__(5).__self__, type(f.__get__(5)).__name__, callable(f), hash(f) is not None, f == f)
