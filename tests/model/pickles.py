"""Damaged pickles of running programs: loading and using one is at worst an exception.

    skein tests/model/pickles.py FIRST COUNT

Each seed takes a pickle of tasklets, generators, coroutines, frames, functions or iterators, and damages its bytes, or what
its shadow types are made from; then whatever comes out is used. There is nothing to compare: a crash is the failure, and the
last line of the errors names its seed. What pickles may name is limited to what cannot harm the machine.
"""

import functools
import gc
import io
import itertools
import pickle
import random
import signal
import stackless
import sys
import types
import warnings

wrap = stackless._stackless._wrap


class TooLong(Exception):
    """The seed's program goes on for ever, which is lawful."""


# -- what is pickled --

class Helper:
    def __enter__(self):
        stackless.schedule()
        return self

    def __exit__(self, *exc_info):
        stackless.schedule()

    def __add__(self, other):
        stackless.schedule()
        return self

    def __str__(self):
        stackless.schedule()
        return 'helper'

    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        stackless.schedule()
        return name

    @property
    def value(self):
        stackless.schedule()
        return 1


def numbers(n):
    for i in range(n):
        yield i


def statements(n, *rest, k=1):
    total = 0
    out = []

    def bump():
        nonlocal total
        total += k
        return total

    for i, j in enumerate(numbers(n)):
        out.append(bump() + j)
        if i == 2:
            try:
                raise KeyError(i)
            except KeyError as e:
                stackless.schedule(i)
                out.append(str(e))
    d = dict(zip('abc', out), **{'x': 1})
    [first, *others] = out
    match d:
        case {'a': 1, **others}:
            out.append(others)
    with Helper():
        stackless.schedule()
    return sorted(map(str, out)), f'{d!r:>5}', not 1 < first < 3, {a: b for a, b in d.items()}


def operations():
    h = Helper()
    x = [*numbers(3), h + 1, h.value, h.other, f'{h}', getattr(h, 'more'), sum(numbers(3)), 2 in numbers(3)]

    def deep(n):
        if n == 0:
            stackless.schedule()
            return 0
        try:
            return 1 + deep(n - 1)
        finally:
            x.append(n)

    deep(12)

    class Inner:
        stackless.schedule()
        attribute = 1

    return list(map(lambda v: v, x)), Inner.attribute


def exceptions():
    try:
        try:
            raise KeyError('inner')
        except KeyError as e:
            e.add_note('a note')
            try:
                raise ExceptionGroup('some', [ValueError(1)]) from e
            except* ValueError:
                stackless.schedule()
                raise RuntimeError
    except Exception as e:
        stackless.schedule()
        return e.__context__, e.__cause__


def generators():
    def outer():
        yield from inner()

    def inner():
        for i in range(4):
            if i == 2:
                stackless.schedule()
            yield i

    return [x for x in outer()]


class Twice:
    def __await__(self):
        yield 1
        stackless.schedule()
        yield 2

    async def __aenter__(self):
        await Twice()

    async def __aexit__(self, *exc_info):
        pass


async def steps(n):
    for i in range(n):
        await Twice()
        yield i


async def coroutine(n):
    async with Twice():
        async for i in steps(n):
            await Twice()
    return n


def coroutines():
    c = coroutine(3)
    try:
        while True:
            c.send(None)
            stackless.schedule()
    except StopIteration as e:
        return e.value


def paused(function, turns):
    t = stackless.tasklet(function[0])(*function[1:])
    for _ in range(turns):
        if t.alive:
            t.run()
    return t


def others():
    g = numbers(4)
    next(g)
    yield g
    c = coroutine(2)
    c.send(None)
    yield [c, coroutine(1).__await__()]
    a = steps(2)
    step = a.asend(None)
    step.send(None)
    yield [a, step]
    yield [statements, lambda q=[1], *, z=2: statements(3), operations, paused, Helper.__add__]
    receives, sends = stackless.channel(), stackless.channel()
    for f in (receives.receive, lambda: sends.send([1])):
        stackless.tasklet(f)().run()
    yield [receives, sends]
    iterators = [itertools.product('ab', [1]), itertools.permutations('abc', 2), itertools.zip_longest('ab', 'c'),
                 itertools.islice(numbers(9), 1, 7, 2), itertools.groupby([1, 1, 2]), itertools.cycle('ab')]
    for it in iterators:
        next(it)
    yield iterators
    yield [{1: 2}.keys(), {1: 2}.items(), map(statements, [1]), enumerate('ab', 3), functools.partial(statements, 3)]
    try:
        statements('x')
    except TypeError as e:
        yield [e.__traceback__, stackless.bomb(TypeError, e, e.__traceback__)]
    yield [types.CellType(3), types.CellType()]
    yield [f.__code__ for f in (operations, statements, coroutine, steps, generators)]


def examples():
    for f in ((statements, 5, 6), (operations,), (exceptions,), (generators,), (coroutines,)):
        for turns in (1, 2, 3, 5, 8):
            t = paused(f, turns)
            if t.alive and t.restorable:
                yield t
    yield from others()


class ByValue(pickle._Pickler):
    """Saves our functions as they are, not by name."""
    dispatch = dict(pickle._Pickler.dispatch)

    def save_function(self, f):
        if f.__module__ == '__main__':
            self.save_reduce(*wrap.function.__reduce__(f), obj=f)
        else:
            self.save_global(f)
    dispatch[types.FunctionType] = save_function


# -- damage --

MODULES = {'__main__', '__builtin__', '_codecs', '_pickle', '_stackless', '_stackless_pickling', '_stackless._wrap', 'builtins',
           'copyreg', 'exceptions', 'functools', 'importlib', 'itertools', 'stackless', 'stackless._stackless',
           'stackless._stackless._wrap', 'stackless._wrap', 'types'}
HARMFUL = {'breakpoint', 'eval', 'exec', 'exit', 'gc', 'help', 'input', 'io', 'open', 'pickle', 'quit', 'signal', 'sys', 'os'}


class Careful(pickle._Unpickler):
    def find_class(self, module, name):
        if module not in MODULES or HARMFUL & set(name.split('.')):
            raise pickle.UnpicklingError(name)
        return super().find_class(module, name)


SHADOWS = {v for v in vars(wrap).values() if callable(v)}


class Faulty(Careful):
    """Changes parts of what shadow types and states are made from."""
    dispatch = dict(pickle._Unpickler.dispatch)

    def load_reduce(self):
        function, args = self.stack[-2:]
        if function in SHADOWS and rng.random() < self.rate:
            args = changed(args)
            self.stack[-1] = args if isinstance(args, tuple) else (args,)
        pickle._Unpickler.load_reduce(self)
    dispatch[pickle.REDUCE[0]] = load_reduce

    def load_build(self):
        if hasattr(self.stack[-2], '__setstate__') and rng.random() < self.rate:
            self.stack[-1] = changed(self.stack[-1])
        pickle._Unpickler.load_build(self)
    dispatch[pickle.BUILD[0]] = load_build


POOL = [None, True, 0, 1, -1, 2**40, 2**70, 1.5, '', 'x', b'', (), (1, 2), [], [1], {}, {'a': 1}, {1}, ..., types.CellType(),
        numbers(2), statements, statements.__code__, sys, types, KeyError('k'), int, type, object(), range(3), slice(1),
        stackless.channel(), stackless.tasklet()]
NUMBERS = [2**31, 2**62, 2**64 - 1, -2**63]


def changed(o, depth=0):
    if type(o) in (tuple, list) and o and depth < 6:
        items = list(o)
        i = rng.randrange(len(items))
        match rng.randrange(10):
            case 0:
                del items[i]
            case 1:
                items.insert(i, rng.choice(items))
            case 2:
                items[i] = rng.choice(POOL)
            case _:
                items[i] = changed(items[i], depth + 1)
        return type(o)(items)
    if isinstance(o, bytes) and o:
        return changed_words(o)
    if isinstance(o, int):
        return rng.choice([o + 1, o - 1, -o, o ^ 1 << rng.randrange(40), rng.randrange(300), *NUMBERS])
    if isinstance(o, str):
        return rng.choice([o + 'x', '', 'k', o[:-1], '\xe9', 5])
    return rng.choice(POOL)


def changed_words(o):
    """Other instructions or operands."""
    b = bytearray(o)
    for _ in range(rng.choice([1, 1, 1, 2, 5])):
        i = rng.randrange(len(b))
        word = i & ~7
        match rng.randrange(5):
            case 0:
                b[word] = rng.randrange(170)
            case 1:
                b[i] ^= 1 << rng.randrange(8)
            case 2:
                b[i] = rng.choice([*range(8), 255])
            case 3:
                b[i] = b[i] + rng.choice([1, -1, 2]) & 255
            case _:
                other = rng.randrange(len(b)) & ~7
                b[word:word + 8], b[other:other + 8] = b[other:other + 8], b[word:word + 8]
    return bytes(b)


OPCODES = [v[0] for k, v in vars(pickle).items() if k.isupper() and isinstance(v, bytes) and len(v) == 1]


def damaged(blob):
    b = bytearray(blob)
    for _ in range(rng.choice([1, 1, 2, 4, 12])):
        i = rng.randrange(len(b))
        match rng.randrange(6):
            case 0:
                b[i] ^= 1 << rng.randrange(8)
            case 1:
                b[i] = rng.randrange(256)
            case 2:
                del b[i:i + rng.choice([1, 1, 2, 8, 50])]
            case 3:
                b[i:i] = bytes([rng.choice(OPCODES)])
            case 4:
                b[i] = rng.choice(OPCODES)
            case _:
                j = rng.randrange(len(b))
                b[i:i] = b[j:j + rng.choice([1, 2, 8, 40])]
    return bytes(b)


# -- use --

def uses(o):
    """What makes sense to do with an object."""
    def run(*args):
        stackless.tasklet(args[0])(*args[1:])
        stackless.run(2000)

    match o:
        case stackless.tasklet():
            return [lambda: o.frame.f_locals, lambda: o.frame.f_back, lambda: pickle.dumps(o), o.insert, lambda: stackless.run(2000),
                    o.insert, lambda: stackless.run(2000), lambda: o.throw(ValueError, 'v'), o.kill]
        case stackless.channel():
            return [lambda: o.balance < 0 and o.send(1), lambda: o.balance > 0 and o.receive(), lambda: stackless.run(2000),
                    lambda: o.queue, lambda: pickle.dumps(o)]
        case types.FunctionType():
            return [lambda: (o.__name__, o.__annotations__, repr(o)), lambda: run(o, 3), lambda: run(o)]
        case types.CodeType():
            return [lambda: list(o.co_lines()), lambda: list(o.co_positions()), lambda: hash(o), lambda: o == o.replace(),
                    lambda: run(types.FunctionType(o, globals())), lambda: run(types.FunctionType(o, globals()), 1, 2)]
        case types.TracebackType():
            return [lambda: o.tb_frame.f_locals, lambda: o.tb_lineno, lambda: o.tb_frame.clear()]
        case types.CoroutineType() | types.GeneratorType():
            return [lambda: o.send(None), lambda: pickle.dumps(o), lambda: o.throw(ValueError), o.close]
        case types.AsyncGeneratorType():
            return [lambda: o.asend(None).send(None), lambda: o.athrow(ValueError).send(None), lambda: o.aclose().send(None)]
        case stackless.bomb():
            return [o.raise_, lambda: o.traceback]
    return [lambda: next(o), lambda: next(o), lambda: repr(o)]


def use(o, depth=0):
    if isinstance(o, (list, tuple, dict)):
        for v in list(o)[:30] if depth < 4 else ():
            use(v, depth + 1)
        return
    for step in uses(o):
        try:
            step()
        except TooLong:
            raise
        except BaseException:
            pass
    while stackless.current.next is not stackless.current:
        stackless.current.next.remove()


def stop(*args):
    raise TooLong


def attempt(blobs):
    """One seed; whether something was loaded."""
    if rng.random() < .6:
        loader = Faulty(io.BytesIO(rng.choice(blobs)))
        loader.rate = rng.choice([.003, .01, .03, .1])
    else:
        loader = Careful(io.BytesIO(damaged(rng.choice(blobs))))
    signal.alarm(20)
    try:
        o = loader.load()
        use(o)
        return True
    except BaseException:
        return False
    finally:
        signal.alarm(0)


def main(first, count):
    global rng
    warnings.simplefilter('ignore')
    sys.unraisablehook = lambda unraisable: None
    signal.signal(signal.SIGALRM, stop)
    blobs = []
    for o in examples():
        for protocol in (1, 2, 4) if count > 100 else (4,):
            f = io.BytesIO()
            (pickle._Pickler if protocol == 1 else ByValue)(f, protocol).dump(o)
            blobs.append(f.getvalue())
    used = 0
    for seed in range(first, first + count):
        print(seed, file=sys.stderr)
        rng = random.Random(seed)
        used += attempt(blobs)
        if seed % 50 == 0:
            gc.collect()
    print(f'{count} programs went on from damaged pickles or failed, {used} of them after loading')
    assert used > count // 6 or count < 100


if __name__ == '__main__':
    main(*map(int, sys.argv[1:]))
