# Coroutines driven by hand: send, throw, close, awaitables, await chains.
class Suspend:
    def __init__(self, label):
        self.label = label

    def __await__(self):
        got = yield self.label
        return got


async def leaf(label):
    value = await Suspend(label)
    return value * 2


async def main():
    a = await leaf('first')
    b = await leaf('second')
    try:
        await Suspend('third')
    except KeyError as e:
        print('caught', e)
    return a + b


c = main()
print(c.send(None), c.send(10), c.send(5), c.cr_frame is not None, c.cr_await is not None)
try:
    c.throw(KeyError('injected'))
except StopIteration as e:
    print('result', e.value)
try:
    c.send(None)
except RuntimeError as e:
    print(e)


def run(coro, feed=()):
    feed = iter(feed)
    try:
        out = coro.send(None)
        while True:
            print('yielded', out)
            out = coro.send(next(feed, None))
    except StopIteration as e:
        return e.value


print(run(leaf('x'), [21]))


async def plain():
    return 'no suspension'


print(run(plain()))


async def cleanup():
    try:
        await Suspend('waiting')
    finally:
        print('cleaned')


c = cleanup()
c.send(None)
c.close()
c = plain()
try:
    c.send('early')
except TypeError as e:
    print(e)
c.close()
print(type(c).__name__, c.__name__, c.__qualname__)
try:
    c.send(None)
except RuntimeError as e:
    print(e)


class BadAwait:
    def __await__(self):
        return 5


class ListAwait:
    def __await__(self):
        return iter([1, 2])


async def awaits(x):
    return await x


for value in (5, BadAwait(), None, [1]):
    try:
        run(awaits(value))
    except TypeError as e:
        print('TypeError')
print(run(awaits(ListAwait())))


async def comprehension():
    return [await leaf(i) for i in 'ab'], {k: await plain() for k in 'x'}, [x async for x in agen(2) if x], (await plain(), 1)


async def agen(n):
    for i in range(n):
        await Suspend(('agen', i))
        yield i


print(run(comprehension(), [1, 2]))


async def loops():
    out = []
    async for x in agen(3):
        if x == 1:
            continue
        out.append(x)
    else:
        out.append('else')
    return out


print(run(loops()))


class Manager:
    async def __aenter__(self):
        await Suspend('enter')
        return 'resource'

    async def __aexit__(self, t, v, tb):
        await Suspend('exit')
        print('exit with', t.__name__ if t else None)
        return t is ValueError


async def managed(error):
    async with Manager() as r, Manager():
        print('body', r)
        if error:
            raise error
    return 'after'


print(run(managed(None)))
print(run(managed(ValueError('suppressed'))))
try:
    run(managed(KeyError('through')))
except KeyError as e:
    print('KeyError', e)
import types


@types.coroutine
def old_style():
    x = yield 'old'
    return x


print(run(awaits(old_style()), ['value']))


async def raises():
    raise StopIteration('inside')


try:
    run(raises())
except RuntimeError as e:
    print(e)
c1 = leaf('z')
w = c1.__await__()
print(next(w), type(w).__name__)
try:
    w.send(4)
except StopIteration as e:
    print(e.value)
import inspect
print(inspect.iscoroutinefunction(main), inspect.iscoroutine(c1), inspect.isasyncgenfunction(agen), inspect.isawaitable(c1), main.__code__.co_flags & 0x80 != 0)
