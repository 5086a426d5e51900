"""Closures, decorators and context managers: counters, retries, type checks, events, memo, pipelines of functions.

usage: decorators.py [calls]
"""
# perf: 300000
import sys
from contextlib import ContextDecorator, closing, contextmanager, nullcontext
from functools import partial, reduce, singledispatch, update_wrapper, wraps
from inspect import signature

calls = {}


def counted(function):
    @wraps(function)
    def wrapper(*args, **kwargs):
        calls[function.__name__] = calls.get(function.__name__, 0) + 1
        return function(*args, **kwargs)

    return wrapper


def retry(times, *errors):
    def decorate(function):
        @wraps(function)
        def wrapper(*args, **kwargs):
            for attempt in range(times):
                try:
                    return function(*args, attempt=attempt, **kwargs)
                except errors:
                    if attempt == times - 1:
                        raise

        return wrapper

    return decorate


def checked(function):
    """Compares positional arguments with the annotations."""
    expected = {name: p.annotation for name, p in signature(function).parameters.items() if p.annotation is not p.empty}
    names = list(signature(function).parameters)

    @wraps(function)
    def wrapper(*args):
        for name, value in zip(names, args):
            if name in expected and not isinstance(value, expected[name]):
                raise TypeError(f'{function.__name__}: {name} must be {expected[name].__name__}')
        return function(*args)

    return wrapper


class Registered:
    """A decorator class that is also a descriptor, so that it works on methods."""

    table = {}

    def __init__(self, function):
        self.function = function
        self.table[function.__name__] = self
        update_wrapper(self, function)

    def __get__(self, instance, owner):
        return self if instance is None else partial(self.function, instance)

    def __call__(self, *args):
        return self.function(*args)


@counted
@checked
def area(width: int, height: int, scale=1):
    return width * height * scale


@counted
@retry(3, ValueError, KeyError)
def flaky(n, attempt=0):
    if n % 4 > attempt:
        raise (ValueError if n % 2 else KeyError)(n)
    return n * 10 + attempt


@singledispatch
def describe(value):
    return 'something'


@describe.register
def _(value: int):
    return f'number {value}'


@describe.register(list)
@describe.register(tuple)
def _(value):
    return f'{len(value)} things, first {describe(value[0])}'


class Account:
    def __init__(self):
        self.balance = 0

    @Registered
    def put(self, amount):
        self.balance += amount
        return self

    @Registered
    def take(self, amount):
        self.balance -= amount
        return self


def compose(*functions):
    return reduce(lambda f, g: lambda x: g(f(x)), functions)


def make_counter(step=1):
    total = 0

    def advance(by=None):
        nonlocal total
        total += step if by is None else by
        return total

    def reset():
        nonlocal total
        total, old = 0, total
        return old

    return advance, reset


def make_events():
    handlers = {}

    def on(name, priority=0):
        def register(handler):
            handlers.setdefault(name, []).append((priority, len(handlers), handler))
            handlers[name].sort(key=lambda entry: entry[:2], reverse=True)
            return handler

        return register

    def fire(name, *args, **details):
        return [handler(*args, **details) for _, _, handler in handlers.get(name, ())]

    return on, fire


@contextmanager
def depth(state, name):
    state.append(name)
    try:
        yield len(state)
    finally:
        state.pop()


class Trace(ContextDecorator):
    entered = 0

    def __enter__(self):
        Trace.entered += 1
        return self

    def __exit__(self, *details):
        return False


@Trace()
def traced(n):
    return n + 1


class Resource:
    def __init__(self, log):
        self.log = log

    def close(self):
        self.log.append(1)


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 30000
    total = sum(area(i, 2, 3) for i in range(count))
    results, failures = 0, 0
    for n in range(count):
        try:
            results += flaky(n)
        except (ValueError, KeyError) as error:
            failures += error.args[0] % 7
    print(total, results, failures, calls, area.__name__, signature(area))
    try:
        area(1, 'two')
    except TypeError as error:
        print(error)
    texts = [describe(value) for n in range(count // 4) for value in (n, [n, 2], ('a', n), 2.5)]
    print(len(set(texts)), texts[1:4])
    account = Account()
    for n in range(count):
        account.put(n).take(n // 2)
    print(account.balance, sorted(Registered.table), Registered.table['put'](account, 5).balance)
    work = compose(lambda x: x + 1, lambda x: x * 2, str, len, partial(pow, 3), hex)
    print(sum(int(work(n), 16) for n in range(count)))
    counters = [make_counter(step) for step in range(1, 6)]
    for n in range(count):
        advance, reset = counters[n % 5]
        if advance(None if n % 3 else n) > 5000:
            reset()
    print([advance(0) for advance, _ in counters])
    on, fire = make_events()
    on('sum')(lambda *args, **_: sum(args))
    on('sum', priority=5)(lambda *args, scale=1: len(args) * scale)
    on('other')(max)
    print(sum(sum(fire('sum', n, n + 1, scale=2)) for n in range(count)), fire('other', 3, 9), fire('none'))
    state, log, deepest = [], [], 0
    for n in range(count):
        with depth(state, n), depth(state, -n) as level, nullcontext(n) as inner, closing(Resource(log)):
            deepest = max(deepest, level + (inner == 7) + traced(n) // count)
    print(len(state), len(log), deepest, Trace.entered)


if __name__ == '__main__':
    main()
