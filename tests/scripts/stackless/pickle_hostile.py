# Whatever is in a pickle, loading it and using what came out is at worst an exception.
import gc
import io
import itertools
import pickle
import random
import stackless
import sys
import types
import warnings

warnings.simplefilter('ignore')
wrap = stackless._stackless._wrap


# -- single faults, and what is said of them --

def attempt(what, function, *args):
    try:
        print(what, '->', function(*args))
    except (TypeError, ValueError, IndexError, RuntimeError, SystemError) as e:
        print(what, '->', type(e).__name__, str(e)[:100])


def add(a, b):
    return [a + b]


kind, parts, _ = wrap.code.__reduce__(add.__code__)
NREGS, WORDS, CONSTS, NAMES, VARNAMES, CELL_REGS, HANDLERS = 4, 8, 9, 10, 11, 14, 15


def code_with(number, value):
    changed = list(parts)
    changed[number] = value
    code = kind(*changed)
    code.__setstate__(())
    return types.FunctionType(code, {})(1, 2)


words = parts[WORDS]
attempt('as it is', code_with, WORDS, words)
attempt('no words', code_with, WORDS, b'')
attempt('half a word', code_with, WORDS, words[:-4])
attempt('no opcode', code_with, WORDS, bytes([250]) + words[1:])
attempt('no end', code_with, WORDS, words[:8])
attempt('nothing to return', code_with, WORDS, words[-8:])
attempt('few registers', code_with, NREGS, 1)
attempt('many registers', code_with, NREGS, 2**31)
attempt('negative registers', code_with, NREGS, -1)
attempt('number of another type', code_with, NREGS, '3')
attempt('names that are none', code_with, VARNAMES, (1, 2))
attempt('list of words', code_with, WORDS, list(words))
attempt('handler nowhere', code_with, HANDLERS, b'\xff' * 16)
attempt('cell registers', code_with, CELL_REGS, b'\xff\xff')
attempt('parameters', code_with, 1, 200)
attempt('positional-only', code_with, 2, 5)


def body():
    for i in range(3):
        stackless.schedule(i)
    return i


def paused():
    t = stackless.tasklet(body)()
    t.run()
    return t


def frame_with(number, value):
    state = list(paused().__reduce__()[2])
    reducer = state[3][0]
    shadow, args, inner = reducer.__reduce__()
    inner = list(inner)
    inner[number] = value
    frame = shadow(*args)
    frame.__setstate__(tuple(inner))
    state[3] = [frame]
    t = stackless.tasklet().__setstate__(tuple(state))
    t.run()
    return 'went on'


inner = paused().__reduce__()[2][3][0].__reduce__()[2]
LASTI, BLOCKS, REGISTERS = 7, 9, 10
attempt('as it is', frame_with, LASTI, inner[LASTI])
attempt('other place', frame_with, LASTI, 0)
attempt('place outside', frame_with, LASTI, 10**6)
attempt('place of no instruction', frame_with, LASTI, inner[LASTI] + 1)
attempt('odd return word', frame_with, BLOCKS, (255,))
attempt('result to another register', frame_with, BLOCKS, (inner[BLOCKS][0] ^ 7 << 16,))
attempt('no return word', frame_with, BLOCKS, ())
attempt('huge return word', frame_with, BLOCKS, (2**63,))
attempt('no registers', frame_with, REGISTERS, ((),))
attempt('empty registers', frame_with, REGISTERS, (tuple(range(len(inner[REGISTERS]) - 1)), *inner[REGISTERS][1:]))
attempt('empty registers outside', frame_with, REGISTERS, ((1000,), *inner[REGISTERS][1:]))
attempt('globals', frame_with, 3, None)
attempt('code of another function', frame_with, 0, add.__code__)
attempt('closure', frame_with, 2, (1, 2))


def tasklet_with(frames):
    state = list(paused().__reduce__()[2])
    state[3] = frames
    t = stackless.tasklet().__setstate__(tuple(state))
    t.run()
    return t.alive


def count():
    yield 1
    yield 2


frame = paused().__reduce__()[2][3][0]
g = count()
next(g)
of_g = wrap.generator.__reduce__(g)[2][0]
attempt('a frame twice', tasklet_with, [frame, frame])
attempt('a frame that waits for one', tasklet_with, [frame, paused().__reduce__()[2][3][0]])
attempt('a generator that does not run', tasklet_with, [(g, of_g)])
attempt('frame of a generator', tasklet_with, [of_g])
attempt('no frames', tasklet_with, [1, None])
attempt('no list', tasklet_with, None)
attempt('a call', tasklet_with, [(print, ('called',), None)])
attempt('a call of nothing', tasklet_with, [(1, (), None)])
attempt('no tasklets', stackless.channel().__setstate__, (2, 0, [1, 2]))
attempt('balance', stackless.channel().__setstate__, (5, 0, []))
attempt('the running tasklet', lambda: stackless.channel().__setstate__((1, 0, [stackless.current])).balance)
attempt('not filled', lambda: [next(wrap.generator(), 'ended'), wrap.function(add.__code__)(1, 2), wrap.cell(),
                               wrap.frame(add.__code__).f_locals, wrap.traceback().tb_next,
                               list(wrap.iterator(itertools.chain))] and 'harmless')
attempt('a generator of a function', wrap.generator, add.__code__)
attempt('state of a generator', wrap.generator(count.__code__).__setstate__, (1,) * 8)
attempt('iterator', wrap.fill_iterator, wrap.iterator(itertools.product), ((), (), ()))
attempt('iterator of another type', wrap.iterator, int)


# -- random faults --

def work(n, *rest, k=1):
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
    return sorted(map(str, out)), f'{d!r:>5}', not 1 < first < 3, [x for x in out if x]


def numbers(n):
    for i in range(n):
        yield i


def from_generators():
    def outer():
        yield from inner()

    def inner():
        for i in range(4):
            if i == 2:
                stackless.schedule()
            yield i

    return [x for x in outer()]


def examples():
    t = stackless.tasklet(work)(5, 6, k=2)
    t.run()
    yield t
    t = stackless.tasklet(from_generators)()
    t.run()
    yield t
    g = numbers(4)
    next(g)
    yield g
    yield [work, lambda: work(3)]
    c = stackless.channel()
    t = stackless.tasklet(lambda: c.receive())()
    t.run()
    yield [c, t]
    its = [itertools.product('ab', [1]), itertools.permutations('abc', 2), itertools.zip_longest('ab', 'c')]
    for it in its:
        next(it)
    yield its


class ByValue(pickle._Pickler):
    """Saves functions as they are, not by name."""
    dispatch = dict(pickle._Pickler.dispatch)

    def save_function(self, f):
        self.save_reduce(*wrap.function.__reduce__(f), obj=f)
    dispatch[types.FunctionType] = save_function


class Faulty(pickle._Unpickler):
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


SHADOWS = set(v for v in vars(wrap).values() if callable(v))
POOL = [None, 0, 1, -1, '', 'x', (), [], {}, b'', 2**40, 2**70, 1.5, ..., types.CellType(), numbers(2), work, sys,
        KeyError('k'), int, stackless.channel(), stackless.tasklet(), (1, 2), [1], {'a': 1}, work.__code__]


def changed(o, depth=0):
    if isinstance(o, (tuple, list)) and o and depth < 6:
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
        b = bytearray(o)
        i = rng.randrange(len(b))
        match rng.randrange(4):
            case 0:
                b[i & ~7] = rng.randrange(150)
            case 1:
                b[i] ^= 1 << rng.randrange(8)
            case 2:
                b[i] = rng.randrange(8)
            case _:
                j = rng.randrange(len(b)) & ~7
                i &= ~7
                b[i:i + 8], b[j:j + 8] = b[j:j + 8], b[i:i + 8]
        return bytes(b)
    if isinstance(o, int):
        return rng.choice([o + 1, o - 1, -o, o ^ 1 << rng.randrange(40), rng.randrange(300), 2**31, 2**62])
    return rng.choice(POOL)


def use(o):
    """Do with an object what makes sense; tell how many steps of it went well."""
    if isinstance(o, list):
        return sum(map(use, o))
    done = 0
    if isinstance(o, stackless.tasklet):
        steps = [lambda: [f.f_locals for f in [o.frame] if f], lambda: pickle.dumps(o), o.insert,
                 lambda: stackless.run(2000), o.insert, lambda: stackless.run(2000), o.kill]
    elif isinstance(o, stackless.channel):
        steps = [lambda: o.balance < 0 and o.send(1), lambda: stackless.run(2000)]
    elif isinstance(o, types.FunctionType):
        steps = [stackless.tasklet(o).bind(o, (3,)).insert, lambda: stackless.run(2000)]
    else:
        steps = [lambda: next(o), lambda: next(o), lambda: repr(o)]
    for step in steps:
        try:
            step()
            done += 1
        except Exception as e:
            failures.add(type(e).__name__)
    while stackless.current.next is not stackless.current:
        stackless.current.next.remove()
    return done


blobs = []
for o in examples():
    f = io.BytesIO()
    ByValue(f, 4).dump(o)
    blobs.append(f.getvalue())
    del o
loaded = steps = 0
failures = set()
for seed in range(240):
    rng = random.Random(seed)
    loader = Faulty(io.BytesIO(rng.choice(blobs)))
    loader.rate = rng.choice([.01, .03, .1])
    try:
        o = loader.load()
    except Exception as e:
        failures.add(type(e).__name__)
        continue
    loaded += 1
    steps += use(o)
    o = None
    if seed % 40 == 0:
        gc.collect()
print('survived', 20 < loaded < 240, steps > 40, 'ValueError' in failures, 'TypeError' in failures)
print(failures - {'ValueError', 'TypeError', 'RuntimeError', 'IndexError', 'StopIteration', 'AttributeError',
                  'UnpicklingError', 'KeyError', 'NameError', 'OverflowError', 'UnboundLocalError', 'TaskletExit',
                  'PicklingError', 'MemoryError', 'RecursionError', 'AssertionError', 'SystemError'})
