# only: skein
# gc-stress: 5000
"""asyncio runs unmodified inside a tasklet; while its loop waits, other tasklets run. Each thread can have a loop."""

import asyncio
import stackless
import threading
import time

log = []


async def handle(reader, writer):
    while data := await reader.read(100):
        writer.write(data.upper())
        await writer.drain()
    writer.close()


async def client(port, word):
    reader, writer = await asyncio.open_connection('127.0.0.1', port)
    writer.write(word)
    answer = await reader.read(100)
    writer.close()
    await asyncio.sleep(0.05)
    return answer


async def main(name):
    server = await asyncio.start_server(handle, '127.0.0.1', 0)
    port = server.sockets[0].getsockname()[1]
    async with server, asyncio.timeout(600):
        answers = await asyncio.gather(*(client(port, b'%s-%d' % (name, i)) for i in range(5)))
        slow = await asyncio.to_thread(lambda: (time.sleep(0.05), name)[1])
    return answers, slow


def ticking():
    while 'done' not in log:
        log.append('tick')
        time.sleep(0.01)


def run():
    print(asyncio.run(main(b'tasklet')))
    log.append('done')


stackless.tasklet(ticking)()
stackless.tasklet(run)()
stackless.run()
print(log.count('tick') >= 3, log[-1])

results = {}
threads = [threading.Thread(target=lambda i=i: results.update({i: asyncio.run(main(b'%d' % i))})) for i in range(3)]
for t in threads:
    t.start()
for t in threads:
    t.join()
for i in sorted(results):
    print(results[i])
