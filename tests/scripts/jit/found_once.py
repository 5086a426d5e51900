# What a trace found of types, functions and modules is not tested again in its bridges, until something may have changed it.
import sys

factor = 2


class A:
    def __init__(self, v):
        self.v = v

    def get(self):
        return self.v * factor


class B(A):
    def get(self):
        return self.v + factor


class C(A):
    pass


def total(objects, turns, change):
    n = 0
    for i in range(turns):
        o = objects[i % len(objects)]
        if i % 5 == 3:
            n += o.get() - 1
        elif i % 7 == 1:
            n += o.get() * 3
        else:
            n += o.get()
        if i % 100 == 99:
            change(i)
    return n


nothing = lambda i: None
mixed = [A(1), B(2), C(3), A(4), B(5)]
print(total(mixed, 1000, nothing))


# A global is set, deleted and set again; a name of builtins is covered.
def globals_change(i):
    global factor
    if i == 299:
        factor = 5
    elif i == 499:
        del factor
        factor = 3.5
    elif i == 799:
        globals()["extra%d" % i] = i


print(total(mixed, 1000, globals_change))
factor = 2


# Methods are replaced, in the class and in a base.
def methods_change(i):
    if i == 199:
        B.get = lambda self: self.v - factor
    elif i == 399:
        A.get = lambda self: 1000
    elif i == 599:
        C.get = lambda self: -self.v
    elif i == 799:
        del C.get


saved = A.get, B.get
print(total(mixed, 1000, methods_change))
A.get, B.get = saved


# A function gets other code.
def code_changes(i):
    if i == 299:
        A.get.__code__ = (lambda self: self.v - 7).__code__
    elif i == 599:
        B.get.__code__ = A.get.__code__
    elif i == 899:
        A.get.__code__ = (lambda self: factor).__code__


codes = A.get.__code__, B.get.__code__
print(total(mixed, 1000, code_changes))
A.get.__code__, B.get.__code__ = codes
print(total(mixed, 500, nothing))


# Attributes are deleted, and objects change their class.
def attributes_change(objects):
    def change(i):
        o = objects[(i // 100) % len(objects)]
        if i % 200 == 99:
            v = o.v
            del o.v
            try:
                o.get()
            except AttributeError as e:
                print(e)
            o.v = v + 1
        else:
            o.__class__ = B if type(o) is not B else C

    return change


mine = [A(1), B(2), C(3)]
print(total(mine, 1200, attributes_change(mine)))


def read(objects):
    n = 0
    for o in objects:
        try:
            n += o.v
        except AttributeError as e:
            n += 1000
            missing = str(e)
    return n, missing


lost = A(0)
del lost.v
print(read([A(1)] * 200 + [lost] + [A(2)] * 50 + [lost, lost]))
emptied = A(5)
emptied.__dict__.clear()
swapped = A(6)
swapped.__dict__ = {"v": 60}
print(read([A(1)] * 200 + [emptied, swapped] * 3))


class Slotted:
    __slots__ = ("v", "w")


full, half = Slotted(), Slotted()
full.v = 3
print(read([full] * 200 + [half, full, half]))


# The keys of a module's dict change in the loop.
def names(n):
    found = 0
    for i in range(n):
        found += factor + len("ab")
        if i == 120:
            globals()["len"] = lambda s: 10
        if i == 180:
            del globals()["len"]
    return found


print(names(300))


# A closure shares its code with others.
def make(k):
    def inner(x):
        if x & 1:
            return x + k
        return x * k + factor

    return inner


def call_all(fs, n):
    t = 0
    for i in range(n):
        t += fs[i % 3](i)
    return t


fs = [make(1), make(2), make(3)]
print(call_all(fs, 400))
