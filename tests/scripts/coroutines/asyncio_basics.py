# gc-stress: 2000
# asyncio: tasks, gather, queues, timeouts, cancellation.
import asyncio


async def work(name, delay):
    await asyncio.sleep(delay)
    return name


async def order():
    log = []

    async def step(n):
        for i in range(2):
            log.append((n, i))
            await asyncio.sleep(0)
    await asyncio.gather(step('a'), step('b'))
    return log


print(asyncio.run(order()))


async def gathered():
    return await asyncio.gather(work('x', 0.002), work('y', 0.001))


print(asyncio.run(gathered()))


async def cancelled():
    async def forever():
        try:
            await asyncio.sleep(100)
        except asyncio.CancelledError:
            print('cancelling')
            raise
    task = asyncio.create_task(forever())
    await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        print('cancelled', task.cancelled())


asyncio.run(cancelled())


async def timeouts():
    try:
        await asyncio.wait_for(asyncio.sleep(10), 0.001)
    except asyncio.TimeoutError:
        print('timeout')
    try:
        async with asyncio.timeout(0.001):
            await asyncio.sleep(10)
    except TimeoutError:
        print('timeout context')


asyncio.run(timeouts())


async def queues():
    q = asyncio.Queue(maxsize=2)
    out = []

    async def producer():
        for i in range(5):
            await q.put(i)
        await q.put(None)

    async def consumer():
        while (item := await q.get()) is not None:
            out.append(item)
    await asyncio.gather(producer(), consumer())
    return out


print(asyncio.run(queues()))


async def errors():
    async def fail():
        raise ValueError('failed')
    results = await asyncio.gather(fail(), work('ok', 0), return_exceptions=True)
    print([repr(r) for r in results])
    try:
        async with asyncio.TaskGroup() as tg:
            tg.create_task(fail())
            tg.create_task(work('z', 0))
    except* ValueError as group:
        print('group', [str(e) for e in group.exceptions])


asyncio.run(errors())


async def sync_tools():
    lock, event, sem = asyncio.Lock(), asyncio.Event(), asyncio.Semaphore(2)
    log = []

    async def locked(n):
        async with lock:
            log.append(n)
            await asyncio.sleep(0)

    async def waiter():
        await event.wait()
        log.append('event')
    tasks = [asyncio.create_task(waiter())] + [asyncio.create_task(locked(i)) for i in range(2)]
    await asyncio.sleep(0)
    event.set()
    await asyncio.wait(tasks)
    async with sem:
        log.append(sem.locked())
    return log


print(sorted(asyncio.run(sync_tools()), key=str))


async def futures():
    loop = asyncio.get_running_loop()
    f = loop.create_future()
    loop.call_soon(f.set_result, 'set')
    done = []
    f.add_done_callback(lambda fut: done.append(fut.result()))
    result = await f
    await asyncio.sleep(0)
    first, *_ = [await c for c in asyncio.as_completed([work('slow', 0.01), work('fast', 0)])]
    return result, done, first, await asyncio.shield(work('shielded', 0)), await asyncio.to_thread(lambda: 'thread')


print(asyncio.run(futures()))
