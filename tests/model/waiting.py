"""Random programs of everything that tasklets can wait for, which are killed and thrown at while they do.

    skein tests/model/waiting.py FIRST_SEED COUNT

There is no model: whatever happens, no tasklet may be left that cannot be ended, nothing in any line, nobody in the run
queue but the main tasklet, and no exception but those that the program itself causes.
"""

import random
import sys

from stackless import channel, getcurrent, getruncount, schedule
from stackless.ext import buffered_channel, event, lock, rlock, run_for, select, semaphore, sleep, task

SHORT = .0005


class Program:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.channels = [channel() if self.rng.random() < .5 else buffered_channel(self.rng.randrange(3)) for _ in range(3)]
        self.locks = [lock(), rlock(), semaphore(2)]
        self.event = event()
        self.tasks = [task(self.body) for _ in range(8)]
        for number, t in enumerate(self.tasks):
            t(number)

    def limit(self):
        return self.rng.choice((None, 0, SHORT))

    def short(self):
        return self.rng.choice((0, SHORT))

    def body(self, number):
        for _ in range(self.rng.randrange(1, 12)):
            try:
                self.rng.choice(OPERATIONS)(self, number)
            except (TimeoutError, ValueError, RuntimeError):
                pass

    def any_channel(self):
        return self.rng.choice(self.channels)

    def victim(self):
        chosen = self.rng.choice(self.tasks)
        return task(schedule) if chosen is getcurrent() else chosen

    def send(self, number):
        self.any_channel().send(number, timeout=self.limit())

    def receive(self, number):
        self.any_channel().receive(timeout=self.limit())

    def receive_below_native_code(self, number):
        sorted([1], key=lambda _: self.any_channel().receive(timeout=SHORT))

    def select(self, number):
        cases = [c if self.rng.random() < .5 else (c, number) for c in self.channels]
        select(*cases, timeout=self.limit())

    def close(self, number):
        closed = self.any_channel()
        closed.close(wake=self.rng.random() < .5)
        closed.open()

    def sleep(self, number):
        sleep(self.short())

    def hold(self, number):
        with self.rng.choice(self.locks):
            schedule()

    def keep(self, number):
        self.rng.choice(self.locks).acquire(self.short())

    def wait(self, number):
        self.event.wait(self.short())

    def set_or_clear(self, number):
        self.rng.choice((self.event.set, self.event.clear))()

    def join(self, number):
        self.rng.choice(self.tasks).join(self.short())

    def kill(self, number):
        self.victim().kill(self.rng.random() < .5)

    def throw(self, number):
        self.victim().throw(ValueError, 'thrown', None, self.rng.random() < .5)

    def run(self):
        for _ in range(20):
            try:
                run_for(.05)
            except RuntimeError:
                pass
            for t in self.tasks:
                if t.alive and self.rng.random() < .5:
                    t.kill(True)
        for _ in range(10):
            for t in self.tasks:
                t.kill()

    def check(self):
        for t in self.tasks:
            assert t.done and not t.alive, t
            e = t.exception
            assert e is None or isinstance(e, TaskletExit) or repr(e) == "ValueError('thrown')", e
        assert getruncount() == 1, getruncount()
        assert all(c.balance == 0 and c.queue is None for c in self.channels)
        assert not any(thing.waiting for thing in (*self.locks, self.event))


OPERATIONS = [Program.send, Program.receive, Program.receive_below_native_code, Program.select, Program.close, Program.sleep,
              Program.hold, Program.keep, Program.wait, Program.set_or_clear, Program.join, Program.kill, Program.throw]


def main():
    first, count = map(int, sys.argv[1:])
    for seed in range(first, first + count):
        program = Program(seed)
        program.run()
        try:
            program.check()
        except AssertionError:
            print('seed', seed)
            raise
    print(count, 'programs left nothing behind')


if __name__ == '__main__':
    main()
