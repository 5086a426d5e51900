# Generators, coroutines and asynchronous generators go on from pickles.
import copy
import pickle
import stackless
import sys
import types


def loads(o, protocol=pickle.HIGHEST_PROTOCOL):
    return pickle.loads(pickle.dumps(o, protocol))


def count(n):
    """Count."""
    try:
        for i in range(n):
            got = yield i
            if got:
                yield 'got', got
    except ValueError as e:
        yield 'caught', e.args
    finally:
        ended.append(n)
    return 'done'


ended = []


def rest(g):
    try:
        while True:
            print(next(g), end=' ')
    except StopIteration as e:
        print('->', e.value)


for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
    ended.clear()
    g = count(4)
    fresh = loads(g, protocol)
    next(g), next(g)
    half = loads(g, protocol)
    rest(fresh)
    rest(half)
    half = loads(g, protocol)
    print(half.send('x'), next(half))
    half = loads(g, protocol)
    print(half.throw(ValueError(1)))
    half.close()
    print(ended[-1])
    half = loads(half, protocol)
    print(half.gi_frame, next(half, 'finished'))
    g.close()

g = count(3)
g.__name__, g.__qualname__ = 'name', 'qual.name'
next(g)
h = loads(g)
print(type(h) is types.GeneratorType, h.__name__, h.__qualname__, h.gi_running, h.gi_suspended, h.gi_yieldfrom)
print(h.gi_code == g.gi_code, h.gi_frame.f_lineno == g.gi_frame.f_lineno, sorted(h.gi_frame.f_locals.items()))
h = copy.copy(g)
rest(h)
rest(g)


def delegating():
    yield 'begin'
    result = yield from count(2)
    yield result


g = delegating()
next(g), next(g)
h = loads(g)
print(h.gi_yieldfrom is not g.gi_yieldfrom, h.gi_yieldfrom.gi_code.co_name)
rest(h)
g.close()


# A generator that is in its own variables, and two that share one.
def selfish(box):
    yield box
    yield box[0]


box = []
box.append(selfish(box))
got = next(box[0])
again = loads(box)
print(next(again[0]) is again[0], again[0].gi_frame.f_locals['box'] is again)
source = iter(range(9))
pair = [(x for x in source), (10 * x for x in source)]
next(pair[0])
pair = loads(pair)
print([next(g) for g in pair for _ in range(2)])


# The exception that a generator handles.
def handles():
    try:
        raise KeyError('key')
    except KeyError:
        yield sys.exc_info()[0]
        yield sys.exc_info()[1].args
        raise


g = handles()
next(g)
h = loads(g)
print(next(h), sys.exc_info())
try:
    next(h)
except KeyError as e:
    print('raised again', e.args)


# Coroutines.
@types.coroutine
def ask(question):
    return (yield question)


async def talk():
    first = await ask('first?')
    second = await ask(('second?', first))
    return first, second


c = talk()
fresh = loads(c)
print(fresh.send(None), fresh.send(1))
try:
    fresh.send(2)
except StopIteration as e:
    print(e.value)
print(c.send(None), c.cr_await is not None)
half = loads(c)
print(half.cr_await is not None, half.send('one'))
again = loads(half)
for one in (half, again):
    try:
        one.send('two')
    except StopIteration as e:
        print(e.value)
    try:
        loads(one).send(None)
    except RuntimeError as e:
        print(e)
c.close()
w = talk().__await__()
v = loads(w)
print(type(v).__name__, v.send(None))
v.close()
w.close()


# Asynchronous generators.
async def numbers():
    for i in range(4):
        if i == 2:
            await ask('wait')
        yield i


def drive(awaitable):
    try:
        return 'asks', awaitable.send(None)
    except StopIteration as e:
        return 'gives', e.value
    except StopAsyncIteration:
        return 'ends'


a = numbers()
b = loads(a)
print([drive(b.__anext__()) for _ in range(2)])
step = b.__anext__()
print(drive(step))
step2 = loads(step)
print(drive(step2), drive(step))
print(drive(b.__anext__()), drive(b.__anext__()), drive(loads(b).__anext__()))
step = loads(numbers().asend(None))
print(drive(step))
try:
    step.send(None)
except RuntimeError as e:
    print(e)
a = numbers()
drive(a.__anext__())
try:
    loads(a.athrow(ZeroDivisionError('thrown'))).send(None)
except ZeroDivisionError as e:
    print(e)
print(drive(loads(a.aclose())))
drive(a.aclose())

# What becomes of the hooks.
log = []
kept = []  # or their finalizer is called whenever they are collected
a = numbers()
old = sys.get_asyncgen_hooks()


def first_iteration(agen):
    log.append('first iteration')


def finalizer(agen):
    log.append('finalizer')


sys.set_asyncgen_hooks(first_iteration, finalizer)
drive(a.__anext__())
log.append('pickle')
b = loads(a)
kept.append(b)
log.append('begin')
drive(b.__anext__())
stackless.pickle_flags(stackless.PICKLEFLAGS_RESET_AG_FINALIZER)
b = loads(a)
kept.append(b)
log.append('reset')
drive(b.__anext__())
stackless.pickle_flags(stackless.PICKLEFLAGS_PRESERVE_AG_FINALIZER)
sys.set_asyncgen_hooks(None, None)
b = loads(a)
kept.append(b)
log.append('preserved')
print(log)
stackless.pickle_flags(0)


# Iterators, which plain pickling of Python 3.14 refuses.
def iterators():
    import itertools as it
    yield it.accumulate([1, 2, 3, 4])
    yield it.accumulate([1, 2, 3, 4], max, initial=2)
    yield it.batched('abcdefg', 2)
    yield it.chain('ab', 'cd')
    yield it.chain.from_iterable(['ab', 'cd'])
    yield it.combinations('abcd', 2)
    yield it.combinations_with_replacement('abc', 2)
    yield it.compress('abcdef', [1, 0, 1, 1])
    yield it.islice(it.count(5, 2), 5)
    yield it.islice(it.count(2**70), 4)
    yield it.islice(it.cycle('abc'), 7)
    yield it.dropwhile(str.islower, 'abCdE')
    yield it.filterfalse(str.islower, 'aBcDEF')
    yield it.groupby('aaabbc')
    yield it.islice('abcdefgh', 1, 7, 2)
    yield it.pairwise('abcd')
    yield it.permutations('abc', 2)
    yield it.product('ab', [1, 2])
    yield it.repeat('r', 4)
    yield it.starmap(pow, [(2, 3), (3, 2), (4, 1)])
    yield it.takewhile(str.islower, 'abcD')
    yield it.zip_longest('abc', 'x', fillvalue='-')


for one in iterators():
    first = next(one)
    two = loads(one)
    if type(one).__name__ == 'groupby':
        first = first[0]
        print('groupby', first, [(k, ''.join(g)) for k, g in two], [(k, ''.join(g)) for k, g in one])
    else:
        print(type(one).__name__, first, list(two), list(one), list(loads(two)))
