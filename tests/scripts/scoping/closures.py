# Closures, cells, nonlocal, late binding.
def counter(start=0):
    n = start

    def up(by=1):
        nonlocal n
        n += by
        return n

    def read():
        return n
    return up, read


up, read = counter(10)
print(up(), up(5), read())
up2, read2 = counter()
print(up2(), read2(), read())
print(up.__closure__[0].cell_contents, up.__code__.co_freevars, counter.__code__.co_cellvars)
up.__closure__[0].cell_contents = 100
print(read())


def three():
    x = 1

    def two():
        y = 2

        def one():
            nonlocal x, y
            x += 10
            y += 20
            return x, y
        return one, lambda: (x, y)
    return two, lambda: x


two, get_x = three()
one, get_xy = two()
print(one(), one(), get_xy(), get_x())


def unset():
    def inner():
        return later
    try:
        inner()
    except NameError as e:
        print(type(e).__name__, e)
    later = 1
    print(inner())
    del later
    try:
        inner()
    except NameError as e:
        print(e)


unset()


def local_unset():
    try:
        print(v)
    except UnboundLocalError as e:
        print(e)
    if False:
        v = 1


local_unset()


def parameter_cell(a, *b, **c):
    def inner():
        nonlocal a
        a = a * 2
        return a, b, c
    return inner


f = parameter_cell(2, 3, k=4)
print(f(), f())


def loops():
    fs = []
    for i in range(3):
        def g(i=i):
            return i
        fs.append(g)
        fs.append(lambda: i)
    return [f() for f in fs]


print(loops())


def recursive():
    def fact(n):
        return 1 if n < 2 else n * fact(n - 1)
    return fact


print(recursive()(20))


class Scope:
    x = 'class'

    def method(self):
        try:
            return x
        except NameError as e:
            return str(e)


print(Scope().method())


def class_in_function():
    x = 'function'

    class C:
        y = x
        x = 'class'
        z = x

        def m(self):
            return x
    return C.y, C.z, C().m()


try:
    print(class_in_function())
except NameError as e:
    print(e)


def class_nonlocal():
    x = 1

    class C:
        nonlocal x
        x = 2
    return x, hasattr(C, 'x')


print(class_nonlocal())
import types
cell = types.CellType(5)
print(cell.cell_contents, types.CellType() == types.CellType(), types.CellType(1) < types.CellType(2))
try:
    types.CellType().cell_contents
except ValueError as e:
    print(str(e).lower())


def outer():
    def a():
        return b()

    def b():
        return 'b'
    return a


print(outer()())
g = (lambda x: (lambda y: (lambda z: x + y + z)))(1)(2)
print(g(3), g.__closure__ is not None)
