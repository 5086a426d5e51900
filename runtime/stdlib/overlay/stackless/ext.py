"""What Stackless Python lacks and its users always built on top of it.

    from stackless.ext import sleep, select, buffered_channel, spawn

The old API is not touched, but for keywords of channels: receive(timeout=), send(value, timeout=) and close(wake=True).
Rules that hold for everything here:

- Who waits does so as a tasklet that waits on a channel does: it is `blocked`, deadlocks are found, `block_trap` and
  `switch_trap` raise RuntimeError, `atomic` does not matter, since nobody is interrupted. throw() and kill() end the wait;
  nothing of it is left over, and what was handed to the tasklet meanwhile is handed on.
- Lines are first come, first served. A timeout raises TimeoutError; with 0 nothing is waited for, and nobody else runs.
- Tasklets of other threads may wait for the same object; the one that is woken goes on in its own thread.
- Objects of these types cannot be pickled (TypeError), nor can a tasklet that waits for one or in select().
"""

import sys as _sys
from collections import namedtuple as _namedtuple

import _stackless_ext
from _stackless_ext import (
    buffered_channel, describe, event, line, local, lock, measure, rlock, run_count, run_for, select, semaphore, sleep, task,
    tasklets,
)
from _stackless import getcurrent as _getcurrent, tasklet as _tasklet

__all__ = [
    'barrier', 'BrokenBarrier', 'buffered_channel', 'condition', 'describe', 'event', 'line', 'local', 'lock', 'measure',
    'print_tasklets', 'rlock', 'run_count', 'run_for', 'select', 'semaphore', 'sleep', 'spawn', 'statistics', 'task',
    'tasklets', 'timeout',
]

Statistics = _namedtuple('Statistics', 'switches run_time')


def statistics(tasklet=None):
    """How often a tasklet was switched to, and how many seconds it ran while that was measured: see measure()."""
    return Statistics(*_stackless_ext.statistics(tasklet))


def spawn(function, /, *args, **kwargs):
    """Start a task that calls the function; join() it for the result."""
    return task(function)(*args, **kwargs)


def print_tasklets(file=None):
    """Print all tasklets, what they wait for, and their stacks, innermost call last."""
    import traceback
    file = file or _sys.stderr
    for each in tasklets():
        print(describe(each), file=file)
        frame = _sys._getframe() if each is _getcurrent() else each.frame
        for entry in traceback.format_stack(frame):
            print(entry, end='', file=file)


class condition:
    """A lock and a line of tasklets that wait until something about what it guards has changed."""

    def __init__(self, lock=None):
        self._lock = rlock() if lock is None else lock
        self._line = line()
        self.acquire = self._lock.acquire
        self.release = self._lock.release

    def __enter__(self):
        return self._lock.__enter__()

    def __exit__(self, *exc_info):
        self._lock.release()

    def wait(self, timeout=None):
        """Free the lock, wait to be notified, and take the lock again, also when TimeoutError or another exception comes."""
        self._lock.release()
        try:
            return self._line.wait(timeout)
        finally:
            self._lock.acquire()

    def wait_for(self, predicate, timeout=None):
        """Wait until the predicate is true; return its value."""
        from time import monotonic
        end = None if timeout is None else monotonic() + timeout
        while not (result := predicate()):
            self.wait(None if end is None else max(end - monotonic(), 0))
        return result

    def notify(self, n=1):
        """Wake up to n tasklets, those first that wait longest."""
        return self._line.wake(n)

    def notify_all(self):
        """Wake all tasklets that wait."""
        return self._line.wake(self._line.waiting)


class BrokenBarrier(RuntimeError):
    """One of those that a barrier waits for has given up, or abort() was called."""


class barrier:
    """A point that tasklets pass together, when so many of them have come."""

    def __init__(self, parties, action=None):
        if parties < 1:
            raise ValueError('parties must be > 0')
        self.parties = parties
        self.broken = False
        self._action = action
        self._line = line()
        self._round = [0]

    @property
    def waiting(self):
        """How many have come."""
        return self._line.waiting

    def wait(self, timeout=None):
        """Wait for the others. Returns a different number from 0 to parties - 1 in each of them; 0 in the last to come."""
        if self.broken:
            raise BrokenBarrier
        current, place = self._round, self.parties - 1 - self._line.waiting
        if place == 0:
            try:
                if self._action is not None:
                    self._action()
            except BaseException:
                self.abort()
                raise
            current[0] = 1
            self._round = [0]
            self._line.wake(self._line.waiting)
            return 0
        try:
            self._line.wait(timeout)
        except BaseException:
            if not current[0]:
                self.abort()
            raise
        if not current[0]:
            raise BrokenBarrier
        return place

    def abort(self):
        """Let all that wait, and all that come until reset(), get BrokenBarrier."""
        self.broken = True
        self._line.wake(self._line.waiting)

    def reset(self):
        """Make it as new; those that wait get BrokenBarrier."""
        self._round = [0]
        self._line.wake(self._line.waiting)
        self.broken = False


class timeout:
    """A context manager: TimeoutError is raised inside when the block takes longer than that many seconds.

    It is raised where the tasklet waits or switches; a tasklet that does neither is not disturbed.
    """

    def __init__(self, seconds):
        self.seconds = seconds

    def __enter__(self):
        self._inside = True
        self._timer = _tasklet(self._expire)(_getcurrent())
        return self

    def __exit__(self, *exc_info):
        self._inside = False
        self._timer.kill(True)

    def _expire(self, whose):
        sleep(self.seconds)
        if self._inside:
            whose.throw(TimeoutError, f'the block took longer than {self.seconds} s', None, True)
