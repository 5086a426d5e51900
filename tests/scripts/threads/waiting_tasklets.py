# only: skein
# gc-stress: 2000
"""What blocks in one tasklet lets the others run: sleeping, pipes, sockets, select, poll, epoll, locks, children, names of hosts."""

import os
import select
import socket
import stackless
import subprocess
import sys
import threading
import time

log = []


def others():
    for _ in range(3):
        log.append('other')
        time.sleep(0.001)


def wait_for_others():
    while log.count('other') < 3:
        time.sleep(0.001)


def run(call, meanwhile=None):
    log.clear()
    result = []
    stackless.tasklet(lambda: (result.append(call()), log.append('done')))()
    stackless.tasklet(others)()
    if meanwhile:
        stackless.tasklet(lambda: (wait_for_others(), meanwhile()))()
    stackless.run()
    return result


def check(name, call, meanwhile):
    """The call blocks its tasklet alone; `meanwhile` ends the wait."""
    print(name, run(call, meanwhile), log)


def check_timed(name, call):
    """The call blocks its tasklet alone for so many seconds: longer where the machine lets the others wait, too."""
    for seconds in (.2, 1, 5, 25):
        result = run(lambda: call(seconds))
        if log[-1] == 'done':
            break
    print(name, result, log)


check_timed('sleep', time.sleep)
r, w = os.pipe()
check('pipe', lambda: os.read(r, 10), lambda: os.write(w, b'data'))
check('select', lambda: len(select.select([r], [], [])[0]), lambda: os.write(w, b'x'))
os.read(r, 1)
check_timed('select that is too slow', lambda seconds: select.select([r], [], [], seconds))
poller = select.poll()
poller.register(r, select.POLLIN)
check('poll', lambda: [e for fd, e in poller.poll()], lambda: os.write(w, b'x'))
os.read(r, 1)
epoll = select.epoll()
epoll.register(r, select.EPOLLIN)
check('epoll', lambda: [e for fd, e in epoll.poll()], lambda: os.write(w, b'x'))
os.read(r, 1)
check_timed('epoll that is too slow', epoll.poll)
epoll.close()
with open(r, 'rb') as reader, open(w, 'wb') as writer:
    check('buffered', reader.readline, lambda: (writer.write(b'a line\n'), writer.flush()))

a, b = socket.socketpair()
check('recv', lambda: a.recv(10), lambda: b.send(b'data'))
buffer = bytearray(3)
check('recv_into', lambda: (a.recv_into(buffer), buffer), lambda: b.send(b'dat'))
big = b'x' * 3_000_000
got = []


def read_all():
    left = len(big)
    while left:
        got.append(len(b.recv(100_000)))
        left -= got[-1]


check('sendall', lambda: a.sendall(big), read_all)
print(sum(got))


def timed(seconds):
    a.settimeout(seconds)
    try:
        a.recv(1)
    except TimeoutError as e:
        return repr(e), e.__context__


check_timed('timeout', timed)
a.settimeout(None)


def failing():
    try:
        1 / 0
    except ZeroDivisionError:
        try:
            a.recv(10)
        except OSError as e:
            return type(e).__name__, type(e.__context__).__name__


check('closed meanwhile', failing, a.close)
b.close()

with socket.socket() as listener:
    listener.bind(('127.0.0.1', 0))
    listener.listen()
    clients = []
    check('accept', lambda: listener.accept()[0].close(),
          lambda: clients.append(socket.create_connection(listener.getsockname())))
    log.clear()
    socket.create_connection(listener.getsockname()).close()
    clients[0].close()

lock = threading.Lock()
lock.acquire()
check('lock', lock.acquire, lock.release)
check_timed('lock that is too slow', lambda seconds: lock.acquire(timeout=seconds))
event = threading.Event()
check('event', event.wait, event.set)


def child(seconds):
    code = f'import time; time.sleep({seconds}); print(1)'
    return subprocess.run([sys.executable, '-c', code], stdout=subprocess.PIPE).stdout


def wait_for_child(seconds):
    child = subprocess.Popen(['sleep', str(seconds)])
    child.returncode = 0
    return os.waitpid(child.pid, 0)[1]


check_timed('child', child)
check_timed('waitpid', wait_for_child)
check_timed('shell', lambda seconds: os.system(f'sleep {seconds}'))
check_timed('names', lambda seconds: (
    time.sleep(seconds), socket.getaddrinfo('127.0.0.1', 80, type=socket.SOCK_STREAM)[0][4])[1])
print(socket.gethostbyname('127.0.0.1'))
try:
    socket.getaddrinfo('no such host .invalid', 80)
except OSError as e:
    print(type(e).__name__)
