# Asynchronous generators driven by hand.
import types


@types.coroutine
def suspend(v):
    return (yield v)


def run(coro, feed=()):
    feed = iter(feed)
    try:
        out = coro.send(None)
        while True:
            print('suspended', out)
            out = coro.send(next(feed, None))
    except StopIteration as e:
        return e.value


async def agen():
    try:
        got = yield 1
        print('got', got)
        await suspend('in agen')
        got = yield 2
        print('got', got)
    except ValueError as e:
        print('caught', e)
        yield 'recovered'
    finally:
        print('finally')


g = agen()
print(run(g.__anext__()), run(g.asend('sent')))
try:
    run(g.__anext__())
except StopAsyncIteration as e:
    print('StopAsyncIteration', e.args)
g = agen()
print(run(g.asend(None)), run(g.athrow(ValueError('thrown'))))
run(g.aclose())
g = agen()
print(run(g.__anext__()))
run(g.aclose())
run(g.aclose())
try:
    run(g.__anext__())
except StopAsyncIteration:
    print('closed')
g = agen()
try:
    run(g.asend('early'))
except TypeError as e:
    print(e)
print(type(g).__name__, g.__aiter__() is g, g.ag_frame is not None, g.ag_running, g.__name__)


async def collect(it):
    return [x async for x in it]


async def squares(n):
    for i in range(n):
        yield i * i


print(run(collect(squares(4))), run(collect(x + 1 async for x in squares(3))), run(collect(x async for x in squares(5) if x % 2)))


async def nested():
    return {x: [y async for y in squares(x)] async for x in squares(3)}


print(run(nested()))


class AIter:
    def __init__(self, n):
        self.n = n

    def __aiter__(self):
        return self

    async def __anext__(self):
        if self.n == 0:
            raise StopAsyncIteration
        self.n -= 1
        await suspend(self.n)
        return self.n


print(run(collect(AIter(2))))


async def bad(x):
    async for _ in x:
        pass


class NotAiter:
    pass


class BadAiter:
    def __aiter__(self):
        return 5


for x in (5, NotAiter(), BadAiter()):
    try:
        run(bad(x))
    except TypeError as e:
        print(e)


async def raises_stop():
    yield 1
    raise StopAsyncIteration('x')


try:
    run(collect(raises_stop()))
except RuntimeError as e:
    print(e)


async def breaks():
    async for x in squares(10):
        if x > 5:
            break
    else:
        return 'no break'
    return x


print(run(breaks()))


async def ignores():
    try:
        yield 1
    except GeneratorExit:
        yield 2


g = ignores()
run(g.__anext__())
try:
    run(g.aclose())
except RuntimeError as e:
    print(e)


async def builtin_tools():
    it = aiter(squares(2))
    return await anext(it), await anext(it), await anext(it, 'default')


print(run(builtin_tools()))


async def send_values():
    total = 0
    while True:
        value = yield total
        if value is None:
            return
        total += value


async def feed():
    g = send_values()
    await g.asend(None)
    out = [await g.asend(v) for v in (1, 2, 3)]
    try:
        await g.asend(None)
    except StopAsyncIteration:
        out.append('end')
    return out


print(run(feed()))


async def athrow_finished():
    g = squares(1)
    await collect(g)
    try:
        await g.athrow(KeyError('late'))
    except KeyError as e:
        return 'KeyError'
    except StopAsyncIteration:
        return 'stop'


print(run(athrow_finished()))
try:
    compile('async def f():\n  yield 1\n  return 2', 'x', 'exec')
except SyntaxError as e:
    print(e.msg)
