# env: SKEIN_JIT=on
# env: SKEIN_JIT_THRESHOLD=20
# env: SKEIN_JIT_EXIT_THRESHOLD=2
# Exceptions raised and caught in hot loops, what is being handled meanwhile, and `with`.
import sys


class Mine(Exception):
    pass


class Sub(Mine):
    pass


class Told(Exception):
    def __init__(self, code):
        super().__init__('told', code)
        self.code = code


def run(f, *groups):
    for args in groups:
        out = []
        for i in range(60):
            try:
                out.append(f(i, *args))
            except Exception as e:
                out.append(f'{type(e).__name__}: {e}')
        tail = [x for i, x in enumerate(out) if i == 0 or x != out[i - 1]][:4]
        print(f.__name__, tail, len(set(map(str, out))), out[-1])


def fail(kind, i):
    if i % 3 == 0:
        raise kind(i)
    return i


def caught(i, kind):
    try:
        return fail(kind, i)
    except (KeyError, Sub) as e:
        return ('first', e.args)
    except Mine as e:
        return ('mine', repr(e), sys.exception() is e)
    except Told as e:
        return ('told', e.code, e.args)
    finally:
        if sys.exception() is not None:
            print('left')


def missing(i, d):
    try:
        return d[i % 4]
    except KeyError as e:
        return ('missing', e.args)


def nested(i):
    seen = []
    try:
        try:
            fail(Mine, i)
        except Mine as e:
            seen.append(sys.exception() is e)
            try:
                {}['x']
            except KeyError as k:
                seen.append((sys.exception() is k, k.__context__ is e))
            seen.append(sys.exception() is e)
            raise ValueError('second') from e
    except ValueError as e:
        seen.append((type(e.__cause__).__name__, e.__cause__.args))
    seen.append(sys.exception())
    return seen


def gen(i):
    try:
        yield sys.exception()
        fail(Sub, i)
        yield 'no'
    except Mine as e:
        yield sys.exception() is e
    yield sys.exception()


def handled(i):
    try:
        raise KeyError(1)
    except KeyError:
        out = [str(x) for x in gen(i)]
        return (out, repr(sys.exception()))


class Manager:
    def __init__(self, log, swallow):
        self.log, self.swallow = log, swallow

    def __enter__(self):
        self.log.append('in')
        return self

    def __exit__(self, kind, e, tb):
        self.log.append(kind and kind.__name__)
        return self.swallow


class Loud(Manager):
    def __exit__(self, kind, e, tb):
        self.log.append('loud')
        return True


def with_it(i, make, swallow):
    log = []
    try:
        with make(log, swallow) as m:
            fail(Mine, i)
            log.append(m.swallow)
        log.append('after')
    except Mine:
        log.append('caught')
    return log


def wrong_class(i, c):
    try:
        raise Mine(i)
    except c:
        return 'caught'


run(caught, [KeyError], [Mine], [Sub], [Told], [OSError])
run(missing, [{0: 'a', 1: 'b'}], [{}], [{i: i for i in range(4)}], ['ab'])
run(nested)
run(handled)
run(with_it, (Manager, False), (Manager, True), (Loud, False))
run(wrong_class, [Mine], [(Sub, Mine)], [Sub], [5], [(Mine, 5)], [(5, Mine)], [int])
