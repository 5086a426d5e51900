# __context__, __cause__, __suppress_context__, raise from.
import traceback


def chain(e):
    out = []
    while e is not None:
        out.append(repr(e))
        if e.__cause__ is not None:
            out.append('cause')
            e = e.__cause__
        elif e.__context__ is not None and not e.__suppress_context__:
            out.append('context')
            e = e.__context__
        else:
            e = None
    return out


try:
    try:
        raise ValueError('a')
    except ValueError:
        raise TypeError('b')
except TypeError as e:
    print(chain(e))
try:
    try:
        raise ValueError('a')
    except ValueError as err:
        raise TypeError('b') from err
except TypeError as e:
    print(chain(e), e.__suppress_context__, e.__context__ is e.__cause__)
try:
    try:
        raise ValueError('a')
    except ValueError:
        raise TypeError('b') from None
except TypeError as e:
    print(chain(e), e.__suppress_context__, repr(e.__context__))
try:
    raise KeyError('k') from OSError
except KeyError as e:
    print(chain(e))
for bad in (5, 'x'):
    try:
        raise ValueError from bad
    except TypeError as e:
        print(e)
try:
    try:
        try:
            1 / 0
        except ZeroDivisionError:
            {}['k']
    except KeyError:
        [][1]
except IndexError as e:
    print(len(chain(e)), type(e.__context__).__name__, type(e.__context__.__context__).__name__)
e1, e2 = ValueError(1), ValueError(2)
try:
    try:
        raise e1
    except ValueError:
        try:
            raise e2
        except ValueError:
            raise e1
except ValueError as e:
    print(e is e1, repr(e.__context__), e.__context__.__context__)
try:
    try:
        raise ValueError('in try')
    finally:
        raise KeyError('in finally')
except KeyError as e:
    print(chain(e))


def in_function():
    try:
        raise ValueError('outer handled')
    except ValueError:
        return helper()


def helper():
    try:
        raise KeyError('inner')
    except KeyError as e:
        return repr(e.__context__)


print(in_function())
try:
    raise ValueError('a')
except ValueError as e:
    saved = e
print(saved.__context__, saved.__cause__)
saved.__cause__ = KeyError('set by hand')
print(saved.__suppress_context__)
try:
    saved.__cause__ = 5
except TypeError as e:
    print(e)
try:
    saved.__context__ = 'x'
except TypeError as e:
    print(e)


class Bad(Exception):
    def __init__(self):
        raise RuntimeError('in init')


try:
    raise Bad
except RuntimeError as e:
    print(e)


class NotException:
    def __new__(cls):
        return 5


class Weird(Exception):
    def __new__(cls, *args):
        return 'not an exception'


try:
    raise Weird
except TypeError as e:
    print('TypeError', 'should have returned an instance of BaseException' in str(e))
try:
    with open('/no/such'):
        pass
except OSError:
    try:
        raise LookupError
    except LookupError as e:
        print(type(e.__context__).__name__)


class M:
    def __enter__(self):
        return self

    def __exit__(self, *exc):
        raise ValueError('from exit')


try:
    with M():
        raise KeyError('body')
except ValueError as e:
    print(chain(e))
lines = traceback.format_exception(TypeError('last'))
print(lines)
try:
    try:
        raise ValueError('first')
    except ValueError as e:
        raise TypeError('second') from e
except TypeError as e:
    text = ''.join(traceback.format_exception(e, chain=True))
    print('The above exception was the direct cause of the following exception:' in text, text.count('Traceback'))
    text = ''.join(traceback.format_exception(e, chain=False))
    print(text.count('Traceback'), traceback.format_exception_only(e))
