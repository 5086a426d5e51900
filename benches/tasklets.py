"""Benchmarks of tasklets: one for each figure that the project promises.

usage: skein benches/tasklets.py [name ...]

The numbers behind the names are Stackless Python 3.7.5's on an idle 3 GHz machine, for scale. They are millions of
operations a second, but for `memory`: bytes of each tasklet that waits on a channel, 620 there.
"""

import gc
import sys
from time import perf_counter

from stackless import channel, run, schedule, tasklet

BENCHES = {}


def bench(scale):
    def add(function):
        BENCHES[function.__name__] = function, scale
        return function
    return add


def millions(count):
    """Let all tasklets run to their end; gives the millions of operations a second."""
    start = perf_counter()
    run()
    return count / (perf_counter() - start) / 1e6


@bench(11.7)
def switches(count=3_000_000):
    """Two tasklets that give way to each other."""
    def give_way():
        for _ in range(count // 2):
            schedule()
    tasklet(give_way)()
    tasklet(give_way)()
    return millions(count)


@bench(8.0)
def channels(count=1_000_000):
    """One tasklet sends to another; sending and receiving count."""
    meeting = channel()

    def consume():
        for _ in range(count):
            meeting.receive()

    def produce():
        for i in range(count):
            meeting.send(i)
    tasklet(consume)()
    tasklet(produce)()
    return millions(2 * count)


@bench(7.5)
def ring(count=2_000_000, size=503):
    """A number goes round a ring of tasklets until it is 0."""
    links = [channel() for _ in range(size)]

    def pass_on(source, sink):
        while number := source.receive():
            sink.send(number - 1)
    for i in range(size):
        tasklet(pass_on)(links[i - 1], links[i])
    tasklet(links[-1].send)(count)
    return millions(count)


@bench(0.44)
def skynet(leaves=100_000, width=10):
    """A tree of tasklets that add up the numbers of their leaves."""
    def node(result, first, size):
        if size == 1:
            result.send(first)
            return
        parts, part = channel(), size // width
        for i in range(width):
            tasklet(node)(parts, first + i * part, part)
        total = 0
        for _ in range(width):
            total += parts.receive()
        result.send(total)

    def root():
        result = channel()
        tasklet(node)(result, 0, leaves)
        assert result.receive() == leaves * (leaves - 1) // 2
    tasklet(root)()
    return millions(leaves + leaves // (width - 1))


@bench(0.72)
def create(count=400_000):
    """Tasklets are made, run and end."""
    def nothing():
        pass
    start = perf_counter()
    for _ in range(count):
        tasklet(nothing)()
    run()
    return count / (perf_counter() - start) / 1e6


@bench(11)
def depth(count=2_000_000, calls=200):
    """As `switches`, below many calls."""
    def descend(left):
        if left:
            return descend(left - 1)
        for _ in range(count // 2):
            schedule()
    tasklet(descend)(calls)
    tasklet(descend)(calls)
    return millions(count)


@bench(620)
def memory(count=200_000):
    """Bytes of memory that a tasklet takes that waits on a channel."""
    def resident():
        with open('/proc/self/statm') as f:
            return int(f.read().split()[1]) * 4096
    meeting = channel()

    def wait():
        meeting.receive()
    gc.collect()
    before = resident()
    for _ in range(count):
        tasklet(wait)()
    run()
    gc.collect()
    assert meeting.balance == -count
    return (resident() - before) / count


def main():
    for name in sys.argv[1:] or BENCHES:
        function, scale = BENCHES[name]
        print(f'{name:<10} {function():8.2f}  (Stackless {scale})', flush=True)


if __name__ == '__main__':
    main()
