"""Signal handlers run in the main thread, wherever that waits."""

import os
import queue
import signal
import threading
import time
import weakref

main = threading.main_thread()
seen = []


def handler(number, frame):
    seen.append((signal.Signals(number).name, threading.current_thread() is main))


def send(number, delay=0.05):
    def work():
        time.sleep(delay)
        os.kill(os.getpid(), number)
    t = threading.Thread(target=work)
    t.start()
    return t


signal.signal(signal.SIGUSR1, handler)
t = send(signal.SIGUSR1)
time.sleep(0.2)
t.join()
print(seen)

# While the main thread waits for a lock, and another one works.
seen.clear()
stop = []


def work():
    while not stop:
        sum(range(100))


worker = threading.Thread(target=work)
worker.start()
lock = threading.Lock()
lock.acquire()
t = send(signal.SIGUSR1)
got = [lock.acquire(timeout=0.3)]
while not seen:
    got.append(lock.acquire(timeout=0.05))
print(any(got), seen)
stop.append(1)
worker.join()
t.join()


# What a handler raises comes out of what the main thread waits in.
def raising(number, frame):
    raise KeyError('from the handler')


signal.signal(signal.SIGUSR2, raising)
for wait in (lambda: time.sleep(60), lambda: lock.acquire(timeout=60), lambda: threading.Event().wait(60),
             threading.Event().wait, queue.SimpleQueue().get):
    t = send(signal.SIGUSR2)
    try:
        wait()
    except KeyError as e:
        print('raised', e)
    t.join()

# Interrupting the main thread from another one.
t = threading.Timer(0.05, lambda: __import__('_thread').interrupt_main())
t.start()
try:
    time.sleep(5)
except KeyboardInterrupt:
    print('interrupted')
t.join()

# A condition that nobody waits for any more takes its lock back first. The callbacks of weak references that are due by
# then do not get what the handler raises.
condition = threading.Condition()
for limit in (60, None):
    kept = [threading.Event() for _ in range(10)]
    references = [weakref.ref(e, lambda r: [i for i in range(50)]) for e in kept]
    del kept[:]

    def when_waiting():
        while not condition._waiters:
            time.sleep(0.01)
        time.sleep(0.3)
        os.kill(os.getpid(), signal.SIGUSR2)
    t = threading.Thread(target=when_waiting)
    t.start()
    try:
        with condition:
            try:
                condition.wait(limit)
            finally:
                print(len(condition._waiters), condition._is_owned())
    except KeyError as e:
        print('raised', e, condition._is_owned())
    t.join()


# A handler may wait.
def waiting(number, frame):
    time.sleep(0.01)
    seen.append('waited')
    event.set()


seen.clear()
event = threading.Event()
signal.signal(signal.SIGUSR1, waiting)
t = send(signal.SIGUSR1)
print(event.wait(60), seen)
t.join()
signal.pthread_kill(main.ident, signal.SIGUSR1)
while len(seen) < 2:
    time.sleep(0.01)
print(seen)
