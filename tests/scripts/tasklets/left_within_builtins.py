# Builtins that ask objects something hand over to the objects' own code: a tasklet that is left there has nesting level 0.
# only: skein
# gc-stress: 3000
import functools
import pickle
import stackless
import traceback
from collections import defaultdict
from stackless import schedule, tasklet

levels = []


def here(result=None):
    levels.append((stackless.current.nesting_level, stackless.current.restorable))
    schedule()
    return result


class Shown:
    def __init__(self, result='text'):
        self.result = result

    def __repr__(self):
        return here('repr')

    def __len__(self):
        return here(self.result)

    def __hash__(self):
        return here(self.result)

    def __eq__(self, other):
        return here(other is self)


class Formatted(Shown):
    def __str__(self):
        return here(self.result)

    def __format__(self, spec):
        return here(f'<{spec}>')


class Attributes:
    plain = 1

    @property
    def p(self):
        return here('p')

    @p.setter
    def p(self, v):
        here()

    @property
    def missing(self):
        raise AttributeError('not there')

    @property
    def fails(self):
        raise ValueError('a failure')


class Dynamic(Attributes):
    def __getattr__(self, name):
        if name == 'no':
            raise AttributeError(name)
        return here(f'dynamic {name}')

    def __setattr__(self, name, v):
        here()
        super().__setattr__(name, v)

    def __delattr__(self, name):
        here()


class Hooked:
    x = 1

    def __getattribute__(self, name):
        here()
        return object.__getattribute__(self, name)

    def __getattr__(self, name):
        return here('after all')


def numbers(*given):
    for n in given:
        yield here(n)


class Steps:
    def __init__(self):
        self.n = 0

    def __iter__(self):
        return here(self)

    def __next__(self):
        self.n += 1
        if self.n > 2:
            raise StopIteration
        return here(self.n)


class Missing(dict):
    def __missing__(self, key):
        return here(f'no {key}')


def f(*args, **kwargs):
    return args, kwargs


@functools.lru_cache(maxsize=2)
def cached(n, *, k=0):
    return here(n + k)


class Cached:
    @functools.cache
    def method(self, n):
        return here(n)


def cases():
    yield "len(Shown(3))"
    yield "len(Shown(-1))"
    yield "len(Shown('3'))"
    yield "hash(Shown(-1))"
    yield "hash(Shown(2 ** 70)) == hash(2 ** 70)"
    yield "hash(Shown(1.5))"
    yield "repr(Shown()), str(Shown()), format(Shown()), f'{Shown()} {Shown()!r} {Shown()!s} {Shown():}'"
    yield "repr(Formatted()), str(Formatted()), format(Formatted()), format(Formatted(), 'x'), f'{Formatted():>9}'"
    yield "str(Formatted(5))"
    yield "f'{Shown():>9}'"
    yield "getattr(Attributes(), 'p'), getattr(Attributes(), 'p', 2), hasattr(Attributes(), 'p')"
    yield "getattr(Attributes(), 'missing', 'default'), hasattr(Attributes(), 'missing')"
    yield "getattr(Attributes(), 'missing')"
    yield "hasattr(Attributes(), 'fails')"
    yield "getattr(Dynamic(), 'plain'), getattr(Dynamic(), 'missing'), getattr(Dynamic(), 'q', 3), hasattr(Dynamic(), 'q')"
    yield "getattr(Dynamic(), 'no', 'none'), hasattr(Dynamic(), 'no')"
    yield "getattr(Dynamic(), 'no')"
    yield "getattr(Hooked(), 'x'), getattr(Hooked(), 'y', 0), hasattr(Hooked(), 'z')"
    yield "setattr(Attributes(), 'p', 1), setattr(Dynamic(), 'a', 1), delattr(Dynamic(), 'a')"
    yield "setattr(Attributes(), 'missing', 1)"
    yield "sum(numbers(1, 2)), sum(numbers(1, 2), 10), sum(Steps()), sum(numbers())"
    yield "sum(numbers(.1, .2, .3, .3, .1)), sum([.1, .2, .3, .3, .1]), sum(numbers(True, 2 ** 70, -2 ** 70))"
    yield "sum(numbers([1], [2]), [])"
    yield "sum(numbers(1, 'a'))"
    yield "sum(numbers('a'), '')"
    yield "sorted(numbers(2, 1)), sorted(numbers(1, 2), reverse=True), sorted(Steps(), key=lambda n: here(-n))"
    yield "2 in numbers(1, 2, 3), 4 in numbers(1), 4 not in Steps(), 1 not in Steps()"
    yield "f(*numbers(1, 2)), f(0, *Steps(), *numbers(3), k=1), f(*numbers(1), **{'a': 2})"
    yield "max(*numbers(1, 3, 2)), print(*numbers('printed', 'here'), sep=' ')"
    yield "f(*numbers(1, 1 // 0))"
    yield "Missing()[1], Missing({1: 'one'})[1], defaultdict(lambda: here([]))['k']"
    yield "cached(1), cached(1), cached(2, k=1), cached(k=2, n=3), cached.cache_info().hits, cached.cache_info().currsize"
    yield "Cached().method(4)"


def evaluate(source, out):
    try:
        out.append(eval(source))
    except Exception as e:
        # The frames of what stands in for natives are not shown.
        files = {frame.filename.rpartition('/')[2] for frame in traceback.extract_tb(e.__traceback__)}
        out.append(f'{type(e).__name__}: {e} {files - {"left_within_builtins.py", "<string>"} or ""}')


for source in cases():
    levels.clear()
    plain, out = [], []
    evaluate(source, plain)
    cached.cache_clear()
    levels.clear()
    t = tasklet(evaluate)(source, out)
    while t.alive:
        t.run()
    cached.cache_clear()
    print(source, out, 'as without' if str(out) == str(plain) else plain, set(levels) - {(0, True)} or 'softly')

# Continued from pickles.
def work(out):
    out.append(f'{len(Shown(3))} {Formatted()} {getattr(Dynamic(), "x")} {sum(numbers(1, 2))} {f(*numbers(1, 2))}')
    out.append([hash(Shown(4)), 5 in numbers(4, 5), sorted(numbers(2, 1)), Missing()['k'], cached(7)])


def finished(t, out):
    while t.alive:
        t.run()
    return out


out = []
expected = finished(tasklet(work)(out), out)
steps = 0
while True:
    cached.cache_clear()
    steps += 1
    out = []
    t = tasklet(work)(out)
    for _ in range(steps):
        t.run()
    if not t.alive:
        break
    assert t.restorable, steps
    t.tempval = out
    copy = pickle.loads(pickle.dumps(t, steps % 6))
    assert finished(copy, copy.tempval) == expected == finished(t, out), (steps, copy.tempval, out, expected)
print(expected, steps)
