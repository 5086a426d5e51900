# golden: 3.14
# PEP 667: locals() in a function is a fresh snapshot; frame.f_locals is a write-through proxy.
import sys


def f(a):
    b = 2
    snapshot = locals()
    snapshot['a'] = 'changed'
    other = locals()
    return a, other['a'], 'snapshot' in other, snapshot is other


print(f(1))


def write_through():
    x = 1
    sys._getframe().f_locals['x'] = 5
    return x


print(write_through())


def cells():
    x = 1

    def inner():
        return x
    sys._getframe().f_locals['x'] = 'through the cell'
    return inner()


print(cells())


def proxy():
    x, y = 1, 2
    p = sys._getframe().f_locals
    print(type(p).__name__, sorted(k for k in p), p['x'], 'y' in p, len(p) >= 2)
    p['new'] = 3
    print(p['new'])


proxy()


def comprehension():
    z = 'outer'
    return [sorted(locals()) for i in range(1)]


print(comprehension())


def execs():
    v = 1
    exec('v = 2')
    return v


print(execs())


class C:
    n = 1
    locals()['m'] = 2


print(C.m)
print(locals() is globals())


def generator():
    n = 1
    yield locals()
    n = 2
    yield locals()


print(list(generator()))
