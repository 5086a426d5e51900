def gen(n):
    for i in range(n):
        got = yield i
    yield from gen(n)
    return got


async def coroutine(x):
    async with x as y:
        async for z in y:
            await z


async def agen():
    yield 1


pairs = [(a, b) for a in range(3) if a for b in 'xy']
lazy = (a for a in pairs)
