# Exceptions of a paused program keep cause, context, notes and, as long as they are handled, tracebacks.
# only: skein
# gc-stress: 3000
import pickle
import stackless
import sys
import traceback


def chain_of(e):
    """What hangs on an exception: for each its repr, whether the context is shown, its notes, and the traceback's functions."""
    rows, seen = [], set()
    while e is not None and id(e) not in seen:
        seen.add(id(e))
        names = [f.name for f in traceback.extract_tb(e.__traceback__)]
        rows.append((repr(e), e.__suppress_context__, getattr(e, '__notes__', None), names))
        e = e.__cause__ or e.__context__
    return rows


def again(function, pauses):
    def body():
        results.append(function())

    results = []
    expected = None
    for n in range(pauses + 1):
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            t = stackless.tasklet(body)()
            for _ in range(n):
                t.run()
            data = (pickle.dumps if protocol % 2 else pickle._dumps)(t, protocol)
            copy = pickle.loads(data)
            while t.alive:
                t.run()
            expected = results.pop()
            # From a pickle of what came from one, too.
            copy = pickle.loads(pickle.dumps(copy, protocol))
            while copy.alive:
                copy.run()
            # `results` is a copy there: the function's cell is.
            got = GOT.pop()
            assert got == expected, (function.__name__, n, protocol, got, expected)
            GOT.clear()
    print(function.__name__, expected)


GOT = []


def noted(function):
    def wrapper():
        result = function()
        GOT.append(result)
        return result
    wrapper.__name__ = function.__name__
    return wrapper


def inner():
    raise KeyError('inner')


@noted
def handled_one_in_another():
    try:
        try:
            inner()
        except KeyError as e:
            e.add_note('a note')
            try:
                raise ValueError('middle') from e
            except ValueError:
                stackless.schedule()
                raise RuntimeError('outer')
    except RuntimeError as e:
        stackless.schedule()
        return chain_of(e), sys.exception() is e


@noted
def without_names():
    try:
        try:
            inner()
        except KeyError:
            try:
                inner()
            except KeyError:
                stackless.schedule()
                raise ValueError from None
    except ValueError:
        stackless.schedule()
        return chain_of(sys.exception())


@noted
def kept_in_a_variable():
    kept = None
    try:
        try:
            inner()
        except KeyError as e:
            raise LookupError('kept') from e
    except LookupError as e:
        kept = e
    stackless.schedule()
    # Its traceback is not kept.
    return [row[:3] for row in chain_of(kept)]


@noted
def in_finally():
    try:
        try:
            try:
                inner()
            finally:
                stackless.schedule()
        except KeyError as e:
            raise OSError from e
    except OSError as e:
        return chain_of(e)


@noted
def in_groups():
    try:
        try:
            inner()
        except KeyError as e:
            group = ExceptionGroup('some', [ValueError(1), TypeError(2)])
            group.exceptions[0].__cause__ = e
            raise group
    except* ValueError as g:
        stackless.schedule()
        return_value = [repr(g), repr(g.exceptions[0].__cause__), repr(g.__context__)]
    except* TypeError:
        stackless.schedule()
    return return_value


def numbers():
    try:
        try:
            inner()
        except KeyError as e:
            raise ValueError('in a generator') from e
    except ValueError as e:
        yield 1
        yield chain_of(e)


@noted
def in_a_generator():
    g = numbers()
    next(g)
    stackless.schedule()
    return next(g)


@noted
def a_cycle():
    a, b = ValueError('a'), ValueError('b')
    a.__context__, b.__context__ = b, a
    stackless.schedule()
    return a.__context__ is b, b.__context__ is a


for function, pauses in ((handled_one_in_another, 2), (without_names, 2), (kept_in_a_variable, 1), (in_finally, 1),
                         (in_groups, 2), (in_a_generator, 1), (a_cycle, 1)):
    again(function, pauses)

# A generator alone.
g = numbers()
next(g)
print(next(pickle.loads(pickle.dumps(g))))

# An exception alone is pickled as in every Python.
try:
    try:
        inner()
    except KeyError as e:
        raise ValueError from e
except ValueError as e:
    copy = pickle.loads(pickle.dumps(e))
    print(chain_of(copy))
