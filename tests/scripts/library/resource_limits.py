# golden: 3.14
# gc-stress: 20000
# resource, and rarely used corners of types, properties and generators.
import operator
import resource
import sys
import types

soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
print(0 < soft <= hard)
resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
print(resource.getrlimit(resource.RLIMIT_NOFILE) == (soft, hard))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 0, resource.getpagesize())
for call in (lambda: resource.getrlimit(99), lambda: resource.setrlimit(0, (1,)), lambda: resource.getrusage(99)):
    try:
        call()
    except ValueError as e:
        print('ValueError:', e)

tb = types.TracebackType(None, sys._getframe(), 1, 2)
print(tb.tb_lasti, tb.tb_lineno)


class Index:
    def __index__(self):
        return True


import warnings
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter('always')
    print(operator.index(Index()))
print([w.category.__name__ for w in seen])


class Slotted(property):
    __slots__ = ('extra',)


print(Slotted(lambda self: 1).__doc__)


def documented(self):
    "documented"


try:
    Slotted(documented)
except AttributeError:
    print('no place for the docstring')


class Broken:
    def __iter__(self):
        return self

    def __next__(self):
        return 1

    def __getattr__(self, name):
        raise ZeroDivisionError(name)


def delegate():
    yield from Broken()


sys.unraisablehook = lambda args: print('unraisable', args.exc_type.__name__, args.exc_value)
g = delegate()
next(g)
g.close()


class Endless:
    def __getattr__(self, name):
        return (self, None)


try:
    issubclass(Endless(), int)
except RecursionError:
    print('RecursionError')
e = TypeError(1)
for _ in range(150_000):
    e = ExceptionGroup('eg', [e])
try:
    e.split(TypeError)
except RecursionError:
    print('RecursionError')
