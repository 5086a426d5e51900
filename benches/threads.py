"""Benchmarks of threads and of tasklets that wait for sockets: one for each figure that the project promises.

usage: skein benches/threads.py [name ...] [count=N]

It runs under CPython too, where `echo` has a thread for each connection instead of a tasklet.
"""

import os
import resource
import socket
import subprocess
import sys
import threading
import time
from time import perf_counter

try:
    import stackless
except ImportError:
    stackless = None

BENCHES = {}


def bench(unit):
    def add(function):
        BENCHES[function.__name__] = function, unit
        return function
    return add


def memory():
    """Resident bytes."""
    with open('/proc/self/statm') as f:
        return int(f.read().split()[1]) * resource.getpagesize()


@bench('thousands of threads started and joined a second')
def starting(count=10_000):
    start = perf_counter()
    for _ in range(count // 100):
        threads = [threading.Thread(target=int) for _ in range(100)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
    return count / (perf_counter() - start) / 1e3


def sleeping(count, seconds=2):
    end = time.monotonic() + seconds
    before = memory()
    threads = [threading.Thread(target=lambda: time.sleep(max(0, end - time.monotonic()))) for _ in range(count)]
    start = perf_counter()
    for t in threads:
        t.start()
    started = perf_counter() - start
    together = threading.active_count() == count + 1
    used = memory() - before
    for t in threads:
        t.join()
    late = time.monotonic() - end
    if not together:
        # The first ones have ended before the last ones were started.
        return sleeping(count, 4 * seconds)
    return used / count, count / started / 1e3, late


@bench('thousands of threads a second that begin to sleep, until all sleep at once')
def sleeping_starts(count=10_000):
    return sleeping(count)[1]


@bench('bytes for each of many threads that sleep at once')
def sleeping_memory(count=10_000):
    return sleeping(count)[0]


@bench('milliseconds after the time for which they all slept until all are joined')
def sleeping_late(count=10_000):
    return sleeping(count)[2] * 1e3


@bench('thousands of times a second that two threads hand a lock to each other')
def handing_over(count=200_000):
    first, second = threading.Lock(), threading.Lock()
    second.acquire()

    def other():
        for _ in range(count):
            second.acquire()
            first.release()
    t = threading.Thread(target=other)
    t.start()
    start = perf_counter()
    for _ in range(count):
        first.acquire()
        second.release()
    t.join()
    return 2 * count / (perf_counter() - start) / 1e3


def spawn(function, *args):
    if stackless:
        stackless.tasklet(function)(*args)
    else:
        threading.Thread(target=function, args=args, daemon=True).start()


def serve(connection):
    while data := connection.recv(200):
        connection.sendall(data)


def client(address, count, rounds):
    """In a process of its own: keeps all connections, and one message of each on its way."""
    import select
    sockets = {}
    poller = select.epoll()
    for _ in range(count):
        s = socket.create_connection(address)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sockets[s.fileno()] = s
        poller.register(s.fileno(), select.EPOLLIN)
    message = b'x' * 100
    start = perf_counter()
    for s in sockets.values():
        s.send(message)
    done = 0
    while done < rounds:
        for fd, _ in poller.poll(-1, 10_000):
            s = sockets[fd]
            s.recv(200)
            done += 1
            if done <= rounds - count:
                s.send(message)
    print(done / (perf_counter() - start))


def echo(count, rounds):
    """(round trips a second, resident bytes for each connection)"""
    limit = count + 100
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, max(limit, resource.getrlimit(resource.RLIMIT_NOFILE)[1])))
    listener = socket.create_server(('127.0.0.1', 0), backlog=4000)
    before = memory()
    # Who drives the server; a fast one does not hold it up.
    python = os.environ.get('CLIENT', sys.executable)
    code = 'import sys; sys.argv = ["client", %r, %d, %d]; exec(open(%r).read())' % (
        listener.getsockname()[1], count, rounds, __file__)
    child = subprocess.Popen([python, '-c', code], stdout=subprocess.PIPE, text=True)

    def accept():
        for _ in range(count):
            connection, _ = listener.accept()
            spawn(serve, connection)
    spawn(accept)
    answer = []

    def watch():
        answer.append(child.stdout.readline())
    spawn(watch)
    most = 0
    while not answer:
        time.sleep(0.1)
        most = max(most, memory())
    child.wait()
    listener.close()
    return float(answer[0]), (most - before) / count


@bench('thousands of echo round trips a second over one connection after the other')
def echo_few(count=10, rounds=100_000):
    return echo(count, rounds)[0] / 1e3


@bench('thousands of echo round trips a second over many connections, each with a message on its way')
def echo_many(count=10_000, rounds=300_000):
    return echo(count, rounds)[0] / 1e3


@bench('bytes for each of many connections')
def echo_memory(count=10_000, rounds=20_000):
    return echo(count, rounds)[1]


def main():
    if sys.argv[0] == "client":
        count = int(sys.argv[2])
        limit = count + 100
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, max(limit, resource.getrlimit(resource.RLIMIT_NOFILE)[1])))
        return client(('127.0.0.1', int(sys.argv[1])), count, int(sys.argv[3]))
    options = dict(arg.split('=') for arg in sys.argv[1:] if '=' in arg)
    names = [arg for arg in sys.argv[1:] if '=' not in arg] or list(BENCHES)
    for name in names:
        function, unit = BENCHES[name]
        value = function(**{key: int(value) for key, value in options.items()})
        print('%-16s %10.1f  %s' % (name, value, unit), flush=True)


if __name__ == '__main__':
    main()
