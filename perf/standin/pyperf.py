"""A stand-in for pyperf, so that pyperformance's programs run unmodified for a fixed number of loops under any interpreter.

pyperf itself starts worker processes, calibrates loop counts and needs psutil and statistics; none of that belongs into a comparison that
an outside runner times. Here each benchmark runs once, in this process, for as many loops as the environment says:

    SKEIN_PERF_LOOPS="name=3,other=100,*=1"

Standard output names each benchmark, with its result where that is a plain number or text, so that interpreters can be
compared. Seconds per benchmark go to the file that SKEIN_PERF_TIMES names, if any.
"""

import os
import sys
from time import perf_counter

VERSION = (2, 0, 0)
__version__ = '2.0.0'


def python_implementation():
    return sys.implementation.name.lower()


def python_has_jit():
    return python_implementation() == 'pypy'


def format_metadata(name, value):
    return str(value)


def _read_loops():
    loops = {}
    for part in os.environ.get('SKEIN_PERF_LOOPS', '*=1').split(','):
        name, _, count = part.rpartition('=')
        loops[name.strip() or '*'] = int(count)
    return loops


class Runner:
    """The part of pyperf.Runner that benchmark programs use."""

    def __init__(self, values=None, processes=None, loops=0, min_time=0.1,
                 metadata=None, show_name=True, program_args=None,
                 add_cmdline_args=None, _argparser=None, warmups=None):
        self.metadata = dict(metadata or {})
        self.args = None
        self._loops = _read_loops()
        self._argparser = _argparser

    @property
    def argparser(self):
        # argparse is imported only for programs that ask for it.
        if self._argparser is None:
            import argparse
            parser = argparse.ArgumentParser()
            parser.add_argument('-l', '--loops', type=int, default=None)
            parser.add_argument('-o', '--output', default=None)
            parser.add_argument('-q', '--quiet', action='store_true')
            self._argparser = parser
        return self._argparser

    def parse_args(self, args=None):
        self.args = self.argparser.parse_args(args)
        if self.args.loops:
            self._loops['*'] = self.args.loops
        return self.args

    def _count(self, name):
        return self._loops.get(name, self._loops.get('*', 1))

    def _report(self, name, seconds, result=None):
        if isinstance(result, (int, float, str)):
            print(name, repr(result))
        else:
            print(name)
        times = os.environ.get('SKEIN_PERF_TIMES')
        if times:
            with open(times, 'a') as out:
                out.write('%s\t%.6f\n' % (name, seconds))

    def bench_func(self, name, func, *args, inner_loops=None, metadata=None):
        loops = range(self._count(name))
        result = None
        start = perf_counter()
        for _ in loops:
            result = func(*args)
        self._report(name, perf_counter() - start, result)

    def bench_time_func(self, name, time_func, *args, inner_loops=None, metadata=None):
        # The function times itself; its answer is a duration and not printed.
        self._report(name, time_func(self._count(name), *args))

    def bench_async_func(self, name, func, *args, inner_loops=None, metadata=None, loop_factory=None):
        import asyncio

        async def main():
            start = perf_counter()
            for _ in range(self._count(name)):
                await func(*args)
            return perf_counter() - start

        if loop_factory is None:
            seconds = asyncio.run(main())
        else:
            with asyncio.Runner(loop_factory=loop_factory) as runner:
                seconds = runner.run(main())
        self._report(name, seconds)

    def bench_command(self, name, command):
        import subprocess
        start = perf_counter()
        for _ in range(self._count(name)):
            subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
        self._report(name, perf_counter() - start)

    def timeit(self, name, stmt=None, setup='pass', teardown='pass',
               inner_loops=None, duplicate=None, metadata=None, globals=None):
        import timeit
        timer = timeit.Timer(stmt, setup, globals=globals)
        self._report(name, timer.timeit(self._count(name)))
