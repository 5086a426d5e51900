"""Variables of compiled loops that are set and read through frames (PEP 667)."""

import sys


class Box:
    def __init__(self, x):
        self.x = x


def own(n):
    out = []
    for i in range(n):
        box = Box(i)
        if i % 9 == 5:
            names = sys._getframe().f_locals
            out.append((names['box'].x, names['i']))
            names['box'] = Box(100)
        if box.x == 100:
            out.append(box.x)
    return out


def set_in_caller(name, value):
    sys._getframe(1).f_locals[name] = value


def of_caller(n):
    total = 0
    for i in range(n):
        step = 1
        set_in_caller('step', i)
        total += step
    return total


def through_native(n):
    total = 0.5
    frame = sys._getframe()
    for i in range(n):
        value = i * 0.5
        list(map(lambda v: frame.f_locals.__setitem__('value', v), [1.25]))
        total += value
        assert frame.f_locals['total'] == total
    return total


def updated(n):
    names, total = sys._getframe().f_locals, 0
    for i in range(n):
        a, b = i, i
        names.update({'a': 1, 'b': 2})
        total += a + b + len(names)
    return total


for k in range(2):
    print(own(40))
    print(of_caller(50), through_native(50), updated(50))
