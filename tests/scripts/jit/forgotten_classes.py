"""Classes, functions and values that only machine code names are gone after a collection, and what is compiled later is right."""

import gc
import weakref


def make(k):
    class Local:
        factor = k

        def method(self, x):
            return x * self.factor + k

    return Local


def hot(o):
    total = 0
    for i in range(3000):
        total += o.method(i) & 15
    return total


def adder(k):
    def add(x):
        return x + k
    return add


def call(f):
    x = 0
    for i in range(3000):
        x = f(x) & 1023
    return x


class Holder:
    held = None


def through_class(n):
    seen = 0
    for i in range(n):
        seen += Holder.held.factor
    return seen


def round_of_all(k):
    refs = []
    for i in range(k, k + 3):
        cls, f = make(i), adder(i)
        print(hot(cls()), call(f), end=' ')
        refs += [weakref.ref(cls), weakref.ref(f), weakref.ref(f.__code__)]
        Holder.held = cls()
        print(through_class(2000))
        refs.append(weakref.ref(Holder.held))
        Holder.held = None
        del cls, f
    # The code object is a constant of the function that makes it.
    gc.collect()
    gc.collect()
    print([r() is None for r in refs])


for k in range(4):
    round_of_all(k)


class Loud:
    """Its finaliser runs compiled code while a collection is going on."""

    def __init__(self):
        self.cls = make(7)
        self.me = self

    def __del__(self):
        print('finaliser', hot(make(5)()), hot(self.cls()))


for i in range(3):
    print(hot(make(3)()))
    Loud()
    gc.collect()
    print(hot(make(4)()), call(adder(1)))


def collecting(n):
    """A loop that collects is compiled all the same."""
    total = 0
    for i in range(n):
        cls = make(i)
        ref = weakref.ref(cls)
        total += hot(cls())
        del cls
        gc.collect()
        total += ref() is None
    return total


print(collecting(30))
print(list(map(lambda i: gc.collect() >= 0, range(3))), hot(make(1)()))
