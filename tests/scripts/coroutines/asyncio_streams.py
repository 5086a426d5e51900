# asyncio over sockets: a server and a client in one loop, timeouts, task groups, queues.
import asyncio


async def handle(reader, writer):
    writer.write(b'echo ' + await reader.readline())
    await writer.drain()
    writer.close()
    await writer.wait_closed()


async def main():
    server = await asyncio.start_server(handle, '127.0.0.1', 0)
    async with server:
        reader, writer = await asyncio.open_connection('127.0.0.1', server.sockets[0].getsockname()[1])
        writer.write(b'hi\n')
        await writer.drain()
        print(await reader.read())
        writer.close()
        await writer.wait_closed()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(asyncio.sleep(0.001 * i, i)) for i in (2, 1)]
    print([t.result() for t in tasks])
    try:
        async with asyncio.timeout(0.01):
            await asyncio.sleep(10)
    except TimeoutError as e:
        print(repr(e))
    queue = asyncio.Queue()

    async def produce(name):
        for i in range(2):
            await queue.put((name, i))
            await asyncio.sleep(0)

    await asyncio.gather(produce('a'), produce('b'))
    print([queue.get_nowait() for _ in range(queue.qsize())])


asyncio.run(main())
