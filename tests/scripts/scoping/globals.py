# global, builtins, module namespaces.
import builtins
x = 1


def read():
    return x


def write():
    global x, made
    x = 2
    made = 'made'


def shadow():
    x = 3
    return x


print(read(), shadow(), x)
write()
print(read(), x, made)


def nested():
    x = 'local'

    def inner():
        global x
        x = 'from inner'
    inner()
    return x


print(nested(), x)
len = lambda v: 'shadowed'
print(len([1]))
del len
print(len([1]))
builtins.special = 'via builtins'
print(special)
del builtins.special
try:
    special
except NameError as e:
    print(e)
globals()['dynamic'] = 5
print(dynamic, 'dynamic' in globals(), globals() is globals())


def locals_in_function(a, b=2):
    c = 3
    return sorted(locals().items())


print(locals_in_function(1))


class C:
    print(sorted(k for k in locals() if not k.startswith('__')))
    y = 1
    print(sorted(k for k in locals() if not k.startswith('__')))
    global in_class
    in_class = 'global from class'


print(in_class, hasattr(C, 'in_class'))


def f():
    exec('hidden = 1')
    try:
        return hidden
    except NameError:
        return 'exec does not bind locals'


print(f())
print(__name__, __doc__)
g = {'x': 10}
exec('def h(): return x', g)
print(g['h'](), g['h'].__globals__ is g)
g['x'] = 20
print(g['h']())
import types
copy = types.FunctionType(read.__code__, {'x': 'other'})
print(copy(), read())
for name in ('x', 'made'):
    del globals()[name]
try:
    read()
except NameError as e:
    print(e)


def del_global():
    global temp
    temp = 1
    del temp
    return 'temp' in globals()


print(del_global())
m = types.ModuleType('m', 'doc')
exec('a = 1\ndef get(): return a', m.__dict__)
m.a = 2
print(m.get(), m.__name__, m.__doc__)
try:
    m.nothing
except AttributeError as e:
    print(e)
m.__getattr__ = lambda name: 'dynamic ' + name
print(m.anything)
def __getattr__(name):
    return name * 2
import sys
print(sys.modules['__main__'].zz)
