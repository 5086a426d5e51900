# How finally, return, break and continue meet.
def a():
    try:
        return 'try'
    finally:
        print('a finally')


def b():
    x = 1
    try:
        return x
    finally:
        x = 2


def c():
    x = [1]
    try:
        return x
    finally:
        x.append(2)


def d():
    try:
        raise ValueError('lost?')
    finally:
        print('d finally')


def e():
    for i in range(3):
        try:
            if i == 1:
                break
        finally:
            print('e', i)
    return i


def f():
    out = []
    for i in range(3):
        try:
            continue
        finally:
            out.append(i)
    return out


def g():
    try:
        try:
            return 'inner'
        finally:
            print('g1')
    finally:
        print('g2')


def h():
    try:
        try:
            raise KeyError('first')
        finally:
            raise TypeError('second')
    except TypeError as err:
        return repr(err.__context__)


def i():
    while True:
        try:
            try:
                return 1
            finally:
                print('i inner')
        finally:
            print('i outer')


def j():
    try:
        yield 1
        return 'ret'
    finally:
        print('j finally')


def k(n):
    try:
        return n if n < 3 else k(n - 1)
    finally:
        print('k', n, end=' ')


def m():
    try:
        return print('evaluated first')
    finally:
        print('then finally')


def n():
    for x in range(2):
        for y in range(2):
            try:
                if y:
                    break
            finally:
                print('n', x, y, end=' ')
    print()


def o():
    try:
        pass
    except ValueError:
        print('never')
    else:
        try:
            return 'else return'
        finally:
            print('o inner')
    finally:
        print('o outer')


print(a())
print(b(), c())
try:
    d()
except ValueError as err:
    print(err)
print(e(), f(), g(), h(), i(), list(j()))
print(k(5))
m()
n()
print(o())


class Log:
    def __init__(self, name, swallow=False):
        self.name, self.swallow = name, swallow

    def __enter__(self):
        print('enter', self.name)
        return self

    def __exit__(self, t, v, tb):
        print('exit', self.name, t.__name__ if t else None)
        return self.swallow


def p():
    with Log('p'):
        return 'returned from with'


def q():
    for x in range(3):
        with Log(x):
            if x == 1:
                break
            continue
    return x


def r():
    with Log('outer', True), Log('inner'):
        raise ValueError
    return 'swallowed'


print(p(), q(), r())


def s():
    try:
        1 / 0
    except ZeroDivisionError:
        try:
            [][0]
        except IndexError:
            pass
        raise


try:
    s()
except ZeroDivisionError as err:
    print('reraised', type(err.__context__))


def t():
    try:
        raise ValueError
    except ValueError:
        return 'from except'
    finally:
        print('t finally')


print(t())


def u():
    try:
        for x in range(5):
            try:
                if x == 2:
                    raise KeyError(x)
            except KeyError as err:
                return err.args[0]
            finally:
                print('u', x, end=' ')
    finally:
        print('u done')


print(u())
