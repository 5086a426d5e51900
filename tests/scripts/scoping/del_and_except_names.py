# Names that vanish: except variables, del in closures, loop variables.
try:
    raise ValueError(1)
except ValueError as e:
    kept = e
try:
    e
except NameError as err:
    print(err)
print(kept)


def f():
    e = 'before'
    try:
        1 / 0
    except ZeroDivisionError as e:
        pass
    try:
        return e
    except UnboundLocalError as err:
        return type(err).__name__


print(f())


def deleted_inside():
    try:
        raise KeyError('k')
    except KeyError as e:
        del e
    return 'fine'


print(deleted_inside())


def rebound():
    try:
        raise KeyError('k')
    except KeyError as e:
        e = 5
        print(e)
    try:
        e
    except UnboundLocalError:
        return 'gone'


print(rebound())


def closure():
    try:
        raise ValueError('v')
    except ValueError as e:
        def get():
            return e
        print(get())
    try:
        get()
    except NameError as err:
        return str(err)


print(closure())


def cell_del():
    x = 1

    def get():
        return x

    def remove():
        nonlocal x
        del x
    print(get())
    remove()
    try:
        get()
    except NameError as err:
        print(type(err).__name__)
    try:
        remove()
    except NameError as err:
        print(type(err).__name__)


cell_del()
for i in range(3):
    last = i
print(i, last)
del i
print('i' in globals())
try:
    for n in range(3):
        if n == 1:
            raise IndexError
except IndexError:
    print('n is', n)
while True:
    w = 1
    break
print(w)
with open(__file__) as handle:
    pass
print(handle.closed)
def gen():
    try:
        yield 1
    except ValueError as e:
        yield str(e)
    try:
        e
    except UnboundLocalError:
        yield 'unbound'
g = gen()
print(next(g), g.throw(ValueError('thrown')), next(g))
