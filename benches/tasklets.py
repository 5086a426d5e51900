"""Benchmarks of tasklets: one for each figure that the project promises.

    skein benches/tasklets.py [name ...]

It needs nothing but a module `stackless`, so Stackless Python (3.7 or 3.8) and PyPy run it, too. The last column is
Stackless Python 3.7.5 on an idle 3 GHz machine, for scale. Times are of the clock on the wall: on a busy machine compare
the column `CPU`, which is the same figure by processor time.
"""

import gc
import sys
from time import perf_counter, process_time

from stackless import channel, run, schedule, tasklet

BENCHES = {}
MILLIONS = 'M/s'


def bench(scale, unit=MILLIONS):
    def add(function):
        BENCHES[function.__name__] = function, scale, unit
        return function
    return add


def timed(count, function=run):
    """Call a function; gives the millions of operations a second, by the clock and by processor time."""
    clock, processor = perf_counter(), process_time()
    function()
    return [count / max(end, 1e-9) / 1e6 for end in (perf_counter() - clock, process_time() - processor)]


@bench(11.7)
def switches(count=3000000):
    """Two tasklets that give way to each other."""
    def give_way():
        for _ in range(count // 2):
            schedule()
    tasklet(give_way)()
    tasklet(give_way)()
    return timed(count)


@bench(8.0)
def channels(count=1000000):
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
    return timed(2 * count)


@bench(7.5)
def ring(count=2000000, size=503):
    """A number goes round a ring of tasklets until it is 0."""
    links = [channel() for _ in range(size)]

    def pass_on(source, sink):
        number = source.receive()
        while number:
            sink.send(number - 1)
            number = source.receive()
    for i in range(size):
        tasklet(pass_on)(links[i - 1], links[i])
    tasklet(links[-1].send)(count)
    return timed(count)


@bench(0.44)
def skynet(leaves=100000, width=10):
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
    return timed(leaves + leaves // (width - 1))


@bench(0.72)
def create(count=400000):
    """Tasklets are made, run and end."""
    def nothing():
        pass
    def make():
        for _ in range(count):
            tasklet(nothing)()
        run()
    return timed(count, make)


@bench(11)
def depth(count=2000000, calls=200):
    """As `switches`, below many calls."""
    def descend(left):
        if left:
            return descend(left - 1)
        for _ in range(count // 2):
            schedule()
    tasklet(descend)(calls)
    tasklet(descend)(calls)
    return timed(count)


def resident():
    """Bytes of memory in use."""
    with open('/proc/self/statm') as f:
        return int(f.read().split()[1]) * 4096


def park(count):
    """Let tasklets wait on a channel; gives the bytes that they take, and those of the process."""
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
    now = resident()
    for _ in range(count):
        meeting.send(None)
    run()
    return now - before, now


@bench(620, 'bytes')
def memory(count=200000):
    """Memory that a tasklet takes that waits on a channel."""
    return [park(count)[0] / count]


@bench(591, 'MB')
def million(count=1000000):
    """Memory of a whole process with a million of them."""
    return [park(count)[1] / 2 ** 20]


def main():
    print('%-10s %10s %10s %-6s %s' % ('bench', 'clock', 'CPU', 'unit', 'Stackless 3.7'))
    for name in sys.argv[1:] or BENCHES:
        function, scale, unit = BENCHES[name]
        figures = ['%.2f' % figure for figure in function()] + ['']
        print('%-10s %10s %10s %-6s %s' % (name, figures[0], figures[1], unit, scale), flush=True)


if __name__ == '__main__':
    main()
