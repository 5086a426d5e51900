# throw, close, finally, GeneratorExit.
def g1():
    try:
        yield 1
        yield 2
    except ValueError as e:
        print('caught', e)
        yield 'recovered'
    finally:
        print('finally')


g = g1()
next(g)
print(g.throw(ValueError('boom')))
try:
    next(g)
except StopIteration:
    print('stopped')
g = g1()
next(g)
g.close()
g.close()
print(next(g, 'closed'))
g = g1()
g.close()
print('never started')
g = g1()
try:
    g.throw(KeyError('before start'))
except KeyError as e:
    print('KeyError', e)
print(next(g, 'dead'))
g = g1()
next(g)
try:
    g.throw(KeyError('unhandled'))
except KeyError as e:
    print(e)


def ignores():
    while True:
        try:
            yield 1
        except GeneratorExit:
            print('ignoring')
            yield 'still here'
            return


g = ignores()
next(g)
try:
    g.close()
except RuntimeError as e:
    print(e)


def catches_exit():
    try:
        yield 1
    except GeneratorExit:
        print('exit seen')
        raise


g = catches_exit()
next(g)
g.close()


def raises_on_close():
    try:
        yield
    finally:
        raise OSError('while closing')


g = raises_on_close()
next(g)
try:
    g.close()
except OSError as e:
    print(e)


def reraise():
    try:
        yield 1
    except ValueError as e:
        raise TypeError('converted') from e


g = reraise()
next(g)
try:
    g.throw(ValueError('original'))
except TypeError as e:
    print(e, repr(e.__cause__))


def loop():
    n = 0
    while True:
        try:
            n += 1
            yield n
        except ZeroDivisionError:
            n = 100


g = loop()
print(next(g), next(g), g.throw(ZeroDivisionError()), next(g))
try:
    g.throw(5)
except TypeError as e:
    print(e)
g = loop()
next(g)
try:
    g.throw(ValueError)
except ValueError as e:
    print(repr(e))
g = g1()
next(g)
try:
    g.throw(StopIteration('thrown in'))
except RuntimeError as e:
    print(e)
except StopIteration as e:
    print('StopIteration', e)


def finally_order():
    try:
        try:
            yield 1
        finally:
            print('inner')
    finally:
        print('outer')


for v in finally_order():
    print('value', v)
    break
it = finally_order()
next(it)
del it
import gc
gc.collect()
print('collected')


def with_return():
    try:
        yield 1
    finally:
        return 'from finally'


g = with_return()
next(g)
try:
    g.throw(ValueError('swallowed'))
except StopIteration as e:
    print(e.value)


def context():
    try:
        1 / 0
    except ZeroDivisionError:
        yield 'in except'
        raise ValueError('second')


g = context()
print(next(g))
try:
    next(g)
except ValueError as e:
    print(repr(e.__context__)[:17])


def yields_in_finally():
    try:
        yield 'try'
    finally:
        yield 'finally'


g = yields_in_finally()
print(next(g), next(g), next(g, 'end'))


def exc_info():
    import sys
    print(sys.exc_info()[0])
    yield
    print(sys.exc_info()[0])
    yield


g = exc_info()
try:
    raise KeyError
except KeyError:
    next(g)
next(g)
