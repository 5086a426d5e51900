# env: SKEIN_JIT_ENTRY_THRESHOLD=0
"""Waiting for the main thread's end; what threads are in the child of a fork; interrupts that come as a wait ends."""

import os
import signal
import threading
import time
import warnings
import _thread

warnings.simplefilter('ignore', DeprecationWarning)
main = threading.current_thread()


def in_child(check):
    """Forks; gives what the check says there."""
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            text = repr(check())
        except BaseException as e:
            text = repr(e)
        os.write(w, text.encode())
        os._exit(0)
    os.close(w)
    with open(r) as f:
        text = f.read()
    os.waitpid(pid, 0)
    return text


stop = threading.Event()
other = threading.Thread(target=stop.wait, name='other')
other.start()
print(in_child(lambda: (other.is_alive(), threading.active_count(), threading.main_thread() is main, main.is_alive())))
print(in_child(lambda: other.join()))

# From a thread that becomes the main thread of the child.
said = []


def fork():
    me = threading.current_thread()
    said.append(in_child(lambda: (
        main.is_alive(), other.is_alive(), me.is_alive(), threading.main_thread() is me, me.ident == threading.get_ident(),
        threading.active_count())))
    said.append(in_child(lambda: main.join()))


t = threading.Thread(target=fork, name='forking')
t.start()
t.join()
print(*said, sep='\n')
stop.set()
other.join()
print(other.is_alive(), main.is_alive())

# A signal that comes while a wait ends is handled where it ended: locks are in order.
for _ in range(20):
    t = threading.Thread(target=lambda: (time.sleep(0), _thread.interrupt_main()))
    try:
        t.start()
        t.join()
        while True:
            time.sleep(0.01)
    except KeyboardInterrupt as e:
        if e.__context__:
            print(repr(e.__context__))
    t.join()
print('interrupted')

try:
    main.join()
except RuntimeError as e:
    print(e)


def wait_for_main():
    print(main.join(0.001), main.is_alive())
    waits.set()
    main.join()
    print('main has ended', main.is_alive())


waits = threading.Event()
t = threading.Thread(target=wait_for_main)
t.start()
waits.wait()
print('end of main')
