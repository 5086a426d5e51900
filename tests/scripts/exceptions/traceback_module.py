# traceback, sys.exc_info, frames.
import sys
import traceback


def a():
    b()


def b():
    raise ValueError('deep')


try:
    a()
except ValueError as e:
    t, v, tb = sys.exc_info()
    print(t is ValueError, v is e, tb is e.__traceback__)
    names = []
    while tb:
        names.append((tb.tb_frame.f_code.co_name, tb.tb_lineno))
        tb = tb.tb_next
    print(names)
    summary = traceback.extract_tb(e.__traceback__)
    print([(f.name, f.lineno, f.line) for f in summary])
    print(traceback.format_exc().splitlines()[0], traceback.format_exc().splitlines()[-1])
    print(len(traceback.format_tb(e.__traceback__)))
print(sys.exc_info())


def frames():
    f = sys._getframe()
    g = sys._getframe(1)
    return f.f_code.co_name, g.f_code.co_name, f.f_back is g, f.f_lineno - f.f_code.co_firstlineno, sorted(f.f_locals)[:2]


def caller():
    return frames()


print(caller())
try:
    sys._getframe(10 ** 6)
except ValueError as e:
    print(e)


def handler():
    try:
        raise KeyError('x')
    except KeyError:
        inner = sys.exc_info()[0]
        try:
            raise IndexError
        except IndexError:
            nested = sys.exc_info()[0]
        return inner, nested, sys.exc_info()[0]


print(handler(), sys.exc_info()[0])
e = ValueError('no traceback')
print(e.__traceback__, traceback.format_exception(e))
try:
    raise e
except ValueError as caught:
    first = caught.__traceback__
try:
    raise e.with_traceback(None)
except ValueError as caught:
    print(caught.__traceback__ is not first, caught is e)


def reraise():
    try:
        b()
    except ValueError as e:
        raise e


try:
    reraise()
except ValueError as e:
    print([f.name for f in traceback.extract_tb(e.__traceback__)])
te = traceback.TracebackException.from_exception(KeyError('k'))
print(list(te.format_exception_only()), te.exc_type_str if hasattr(te, 'exc_type_str') else te.exc_type.__name__)
print(traceback.format_exception_only(SyntaxError('bad', ('f.py', 3, 5, 'x = = 1\n', 3, 6))))
compiled = compile('def f():\n\n    return 1 / 0\nf()', 'made-up.py', 'exec')
try:
    exec(compiled)
except ZeroDivisionError as e:
    print([(f.filename, f.lineno, f.name) for f in traceback.extract_tb(e.__traceback__)[1:]])
stack = traceback.extract_stack()
print(stack[-1].name, stack[-1].line)


class Unprintable(Exception):
    def __str__(self):
        raise RuntimeError


print(traceback.format_exception_only(Unprintable()))
try:
    raise ExceptionGroup('eg', [ValueError(1)])
except ExceptionGroup as e:
    print([line.strip() for line in traceback.format_exception_only(e)])
print(callable(sys.excepthook), callable(sys.unraisablehook), sys.getrecursionlimit() > 0)
