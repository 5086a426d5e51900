# assert, del, pass, import forms, global statements, expression statements.
import sys
import os.path as osp
from os import path, sep as separator
from os.path import (join,
                     basename,)
import collections.abc
print(osp is path, separator, basename(join('a', 'b')), collections.abc.Sized.__name__)
try:
    from os import no_such_name
except ImportError as e:
    print(type(e).__name__, e.name, 'no_such_name' in str(e))
try:
    import no_such_module.sub
except ModuleNotFoundError as e:
    print(e, e.name)
try:
    import sys.nothing
except ModuleNotFoundError as e:
    print(e)
try:
    assert 1 == 2, ('message', 3)
except AssertionError as e:
    print(e.args)
try:
    assert []
except AssertionError as e:
    print(e.args)
a = b = c = 1
del a, (b, c)
for name in 'abc':
    print(name in globals(), end=' ')
print()
d = {'x': 1, 'y': [1, 2, 3, 4]}
del d['x'], d['y'][1:3]
print(d)
try:
    del d['gone']
except KeyError as e:
    print('KeyError', e)
try:
    del undefined_name
except NameError as e:
    print(e)


def f():
    x = 1
    del x
    try:
        print(x)
    except UnboundLocalError as e:
        print(e)
    x = 2
    print(x)


f()


class C:
    attr = 1
    del attr


print(hasattr(C, 'attr'))
try:
    del C.attr
except AttributeError as e:
    print(type(e).__name__)
"a docstring-like expression statement"
1, 2
...
if True: pass
elif False: pass
else: pass
x = 5
x: int = 6
y: str
print(x, 'y' in globals())
(x): int = 7
print(x)
holder = C()
holder.value: int = 3
print(holder.value)
exec('z = x + 1')
print(z)
ns = {}
exec('def g(): return 42\nq = g()', ns)
print(ns['q'], '__builtins__' in ns)
print(eval('1 + 2'), eval('x', {'x': 9}), eval(' [i for i in range(3)]'), eval('a+b', {'a': 1}, {'b': 2}))
try:
    exec('1 +')
except SyntaxError as e:
    print(type(e).__name__, e.lineno)
code = compile('x * 2', 'name.py', 'eval')
print(eval(code), code.co_filename, code.co_name)
