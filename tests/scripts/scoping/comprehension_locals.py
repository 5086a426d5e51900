# golden: 3.14
# The variables of a comprehension in a module or class are what `locals()` shows while it runs.
import sys

print([eval('x') for x in range(3)])
print([locals()['x'] for x in range(3)], [vars()['x'] for x in 'ab'], ['x' in dir() for x in 'a'])
print([sys._getframe().f_locals['x'] for x in range(2)])
x = 'module'
print([eval('x') for x in range(2)], x)
print({k: eval('k') for k in 'ab'}, {eval('k') for k in 'a'})
print([[eval('i + j') for j in range(2)] for i in range(2)])
print('i' in locals(), 'j' in locals())
try:
    [1 // n for n in (1, 0)]
except ZeroDivisionError:
    print('n' in locals(), eval('x'))
exec('made = 1')
print(made)
[exec('made = 2') for x in 'a']
print(made, x)


class C:
    y = 1
    print([eval('x') for x in range(2)], [sorted(locals()) for x in 'a'])
    print(eval('y'), 'x' in locals())
    try:
        [y // n for n in (0,)]
    except (ZeroDivisionError, NameError) as e:
        print(type(e).__name__, 'n' in locals(), 'y' in locals())
    exec('z = 5')


print(C.z, compile('[x for x in y]', 'f', 'exec').co_varnames)
