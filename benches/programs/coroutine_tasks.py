"""A scheduler for async functions without asyncio: timers, channels, locks, cancellation, async iteration and contexts.

usage: coroutine_tasks.py [messages]
"""
# perf: 300000
import heapq
import sys
from collections import deque
from contextlib import asynccontextmanager
from types import coroutine


class Cancelled(BaseException):
    pass


@coroutine
def switch(request):
    """The only place where a coroutine yields: the loop gets a function of itself and the task."""
    return (yield request)


async def sleep(duration):
    await switch(lambda loop, task: loop.call_at(loop.time + duration, task))


async def pause():
    await switch(lambda loop, task: loop.wake(task))


class Task:
    def __init__(self, loop, name, work):
        self.loop = loop
        self.name = name
        self.work = work
        self.waiters = []
        self.result = self.error = None
        self.done = False

    def step(self, value=None, error=None):
        try:
            request = self.work.throw(error) if error else self.work.send(value)
        except StopIteration as stop:
            self.finish(stop.value)
        except (Exception, Cancelled) as failure:
            self.error = failure
            self.finish(None)
        else:
            request(self.loop, self)

    def finish(self, result):
        self.result, self.done = result, True
        for waiter in self.waiters:
            self.loop.wake(waiter)

    def cancel(self):
        if not self.done:
            self.loop.wake(self, error=Cancelled())

    def __await__(self):
        while not self.done:
            yield lambda loop, task: self.waiters.append(task)
        if self.error is not None:
            raise self.error
        return self.result


class Loop:
    def __init__(self):
        self.ready = deque()
        self.timers = []
        self.time = 0
        self.steps = self.timer_count = 0

    def spawn(self, name, work):
        task = Task(self, name, work)
        self.wake(task)
        return task

    def wake(self, task, value=None, error=None):
        self.ready.append((task, value, error))

    def call_at(self, when, task):
        self.timer_count += 1
        heapq.heappush(self.timers, (when, self.timer_count, task))

    def run(self, work):
        main = self.spawn('main', work)
        while not main.done:
            while self.ready:
                task, value, error = self.ready.popleft()
                if not task.done:
                    self.steps += 1
                    task.step(value, error)
            if self.timers and not main.done:
                self.time, _, task = heapq.heappop(self.timers)
                self.wake(task)
        if main.error is not None:
            raise main.error
        return main.result


class Channel:
    """A queue with a limit; iterating ends when it is closed."""

    def __init__(self, limit):
        self.limit = limit
        self.items = deque()
        self.putters = deque()
        self.getters = deque()
        self.closed = False

    async def put(self, item):
        while len(self.items) >= self.limit:
            await switch(lambda loop, task: self.putters.append(task))
        self.items.append(item)
        await self.notify(self.getters)

    async def notify(self, waiting):
        if waiting:
            other = waiting.popleft()
            await switch(lambda loop, task: (loop.wake(other), loop.wake(task)))

    async def close(self):
        self.closed = True
        while self.getters:
            await self.notify(self.getters)

    def __aiter__(self):
        return self

    async def __anext__(self):
        while not self.items:
            if self.closed:
                raise StopAsyncIteration
            await switch(lambda loop, task: self.getters.append(task))
        item = self.items.popleft()
        await self.notify(self.putters)
        return item


class Lock:
    def __init__(self):
        self.holder = None
        self.waiting = deque()
        self.contended = 0

    async def __aenter__(self):
        while self.holder is not None:
            self.contended += 1
            await switch(lambda loop, task: self.waiting.append(task))
        self.holder = self

    async def __aexit__(self, *details):
        self.holder = None
        if self.waiting:
            other = self.waiting.popleft()
            await switch(lambda loop, task: (loop.wake(other), loop.wake(task)))


async def produce(count, out, step):
    for n in range(0, count, step):
        await out.put(n)
        if n % 64 == 0:
            await sleep(n % 5 + 1)


async def transform(source, target):
    async for n in source:
        await target.put(n * n % 1013)


async def batches(source, size):
    batch = []
    async for item in source:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


async def transfer(accounts, lock, n):
    async with lock:
        source, target = n % len(accounts), n * 7 % len(accounts)
        amount = accounts[source] // 10
        await pause()
        accounts[source] -= amount
        accounts[target] += amount


@asynccontextmanager
async def timed(loop, log):
    start = loop.time
    try:
        yield start
    finally:
        await pause()
        log.append(loop.time - start)


async def forever(log):
    try:
        while True:
            await sleep(10)
    finally:
        log.append('stopped')


async def failing(n):
    await sleep(n)
    raise ValueError(f'failed after {n}')


async def main_task(loop, count):
    log = []
    endless = loop.spawn('endless', forever(log))
    first, second = Channel(8), Channel(3)
    async with timed(loop, log):
        producers = [loop.spawn(f'producer {step}', produce(count, first, step)) for step in (2, 3, 5)]
        workers = [loop.spawn(f'worker {i}', transform(first, second)) for i in range(4)]

        async def close_when_done(tasks, channel):
            for task in tasks:
                await task
            await channel.close()

        loop.spawn('closer 1', close_when_done(producers, first))
        loop.spawn('closer 2', close_when_done(workers, second))
        sums = [sum(batch) async for batch in batches(second, 10)]
    print(len(sums), sum(sums), max(sums))
    accounts, lock = [1000] * 9, Lock()
    for task in [loop.spawn(f'transfer {n}', transfer(accounts, lock, n)) for n in range(count // 10)]:
        await task
    print(sum(accounts), accounts, lock.contended)
    for task in [loop.spawn('failing', failing(n)) for n in (5, 3)]:
        try:
            await task
        except ValueError as error:
            print(error, 'at', loop.time)
    endless.cancel()
    await sleep(1)
    print(log, type(endless.error).__name__)
    return loop.steps


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 60000
    loop = Loop()
    print(loop.run(main_task(loop, count)), loop.timer_count)


if __name__ == '__main__':
    main()
