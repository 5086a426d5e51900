# Functions, code, cells, modules, tracebacks and views of dicts by value, once `stackless` is imported.
import copy
import functools
import pickle
import sys
import types


def plain():
    pass


inner = (lambda x: lambda y: x + y)(1)
try:
    pickle.dumps(inner)
except (pickle.PicklingError, AttributeError):
    print('refused')

import stackless


def loads(o, protocol=pickle.HIGHEST_PROTOCOL):
    return pickle.loads(pickle.dumps(o, protocol))


def outer(a, b=2, *args, c: 'note' = 3, **kwargs) -> 'result':
    """Text."""
    return a, b, args, c, kwargs


def renamed(a, b=2, *args, c: int = 3, **kwargs) -> str:
    """Text."""
    return a, b, args, c, kwargs


value = outer
by_value = renamed
by_value.attribute = ['x']
by_value.__module__ = 'elsewhere'
del renamed
for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
    assert loads(plain, protocol) is plain and loads(outer, protocol) is outer
    assert loads(inner, protocol)(5) == 6
    f = loads(by_value, protocol)
    print(f is by_value, f(1), f.__name__, f.__qualname__, f.__doc__, f.__module__, f.__defaults__, f.__kwdefaults__,
          f.__annotations__, f.attribute, f.__globals__ is globals(), f.__code__ == by_value.__code__)
print(type(f) is types.FunctionType, hasattr(f, '__setstate__'))


# Closures: cycles, empty cells, cells that functions share.
def make():
    def even(n):
        return n == 0 or odd(n - 1)

    def odd(n):
        return n != 0 and even(n - 1)

    n = 0

    def up():
        nonlocal n
        n += 1
        return n

    def down():
        nonlocal n
        n -= 1
        return n

    def unbound():
        return later

    if n:
        later = 1
    return even, up, down, unbound


even, up, down, unbound = loads(make())
print(even(10), even(7), up(), up(), down(), even.__closure__[0].cell_contents.__name__)
try:
    unbound()
except NameError as e:
    print(e)
cell = types.CellType()
cell.cell_contents = [cell]
print(loads(cell).cell_contents[0].cell_contents[0] is not cell, loads(types.CellType()) == types.CellType())


def recursive():
    return lambda self, n: n and n + self(self, n - 1)


f = loads(recursive())
print(f(f, 4))
print(list(map(loads(lambda x: x * x), range(4))), loads(functools.partial(lambda x, y: x - y, 5))(2))


class Things:
    method = lambda self: 'method'

    @staticmethod
    def static():
        return 'static'

    @classmethod
    def of(cls):
        return cls.__name__

    def bound(self):
        return type(self).__name__


print(loads(Things.method)(None), loads(Things.static)(), loads(Things.of)(), loads(Things().bound)(),
      loads([].append).__name__, loads('x'.join)('abc'))
print(loads((lambda: (yield 7))).__name__, next(loads(lambda: (yield 7))()))

# Code.
code = compile('a = [x for x in range(3)]\ndef f(y):\n    return y, a', 'somewhere.py', 'exec')
again = loads(code)
namespace = {}
exec(again, namespace)
print(again == code, again is code, again.co_filename, namespace['f'](1), type(again) is types.CodeType)
print(loads(make.__code__) == make.__code__, list(again.co_lines()) == list(code.co_lines()))
try:
    raise_it = loads(compile('\n\n1/0', '<third line>', 'exec'))
    exec(raise_it)
except ZeroDivisionError as e:
    print(e.__traceback__.tb_next.tb_lineno)

# Modules and their namespaces.
import xml.sax
print(loads(sys) is sys, loads(xml.sax) is xml.sax, loads(vars(sys)) is vars(sys), loads(globals()) is globals())
print(loads(stackless) is stackless, loads(stackless.stackless) is stackless)
print(loads({'__name__': 'sys', 'not': 'its namespace'}))
m = types.ModuleType('fake')
exec('x = 1\ndef f():\n    global x\n    x += 1\n    return x', vars(m))
n = loads(m)
print(n is m, n.__name__, n.f(), n.x, m.x, n.f.__globals__ is vars(n))


# Tracebacks.
def c():
    1 / 0


def b():
    local = 'of b'
    c()


def a():
    try:
        b()
    except ZeroDivisionError:
        return sys.exc_info()[2]


def shown(tb):
    while tb:
        yield tb.tb_frame.f_code.co_name, tb.tb_lineno, tb.tb_frame.f_lineno, sorted(tb.tb_frame.f_locals)
        tb = tb.tb_next


tb = a()
again = loads(tb)
print(type(again) is type(tb), list(shown(again)) == list(shown(tb)))
print([x[0] for x in shown(again)], again.tb_next.tb_frame.f_back is again.tb_frame, again.tb_next.tb_frame.f_locals)
print(copy.copy(tb).tb_frame is tb.tb_frame, copy.copy(tb) is tb)
for o in (sys._getframe(), ):
    for act in (pickle.dumps, copy.copy):
        try:
            act(o)
        except TypeError as e:
            print(e)

# Views of dicts.
d = {1: 'x', 2: 'y'}
for view in (d.keys(), d.values(), d.items()):
    print(type(loads(view)).__name__, list(loads(view)))
both = loads([d, d.keys()])
both[0][3] = 'z'
print(len(both[1]))

# What the states say; a code object of another version.
import importlib.util
import struct
import warnings
wrap = stackless._stackless._wrap
print(sys.modules['stackless._wrap'] is wrap, wrap.function.__module__)
kind, args, state = wrap.code.__reduce__(plain.__code__)
print(kind is wrap.code, args[0] == struct.unpack('<l', importlib.util.MAGIC_NUMBER)[0])
other = kind(*args)
print(isinstance(other, types.CodeType), type(other) is types.CodeType)
other.__setstate__(state)
print(type(other) is types.CodeType, other == plain.__code__)
for wrong in ((args[0] + 1, *args[1:]), args[1:]):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        foreign = kind(*wrong)
        foreign.__setstate__(())
        f = wrap.function(foreign)
        f.__setstate__((foreign, *wrap.function.__reduce__(plain)[2][1:]))
    print([str(w.message).replace(str(args[0] + 1), 'N') for w in caught], caught[0].category.__name__)
    for call in (f, types.FunctionType(foreign, {})):
        try:
            call()
        except SystemError as e:
            print(repr(e))
for bad in ((1, 2, 3), args[1:] + args):
    try:
        kind(*bad)
    except IndexError as e:
        print(e)
f = wrap.function(plain.__code__)
try:
    f.__setstate__((1, 2))
except IndexError as e:
    print(e)
f.__setstate__(wrap.function.__reduce__(plain)[2][:6])
print(f(), f.__name__, type(f) is types.FunctionType)
