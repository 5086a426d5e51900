# only: skein
# gc-stress: 2000
# Tasklets of different threads wait for the same channels, locks and tasks.
import threading, time
from stackless import channel, getcurrent, run, tasklet
from stackless.ext import buffered_channel, event, lock, select, semaphore, sleep, spawn

main_thread = threading.get_ident()
out = []


def in_thread(function):
    t = threading.Thread(target=function)
    t.start()
    return t


# Values from another thread; who waits is woken in its own.
c, q = channel(), buffered_channel(3)


def produce():
    for i in range(3):
        c.send(i)
    for i in range(6):
        q.send(i)
    q.close(wake=True)


t = in_thread(produce)
print([c.receive(timeout=10) for _ in range(3)], list(q), threading.get_ident() == main_thread)
t.join()

# select in a thread's tasklet, served by the main thread.
a, b = channel(), channel()


def choose():
    spawn(lambda: out.append((select(a, b, timeout=10), threading.get_ident() != main_thread))).join()


t = in_thread(choose)
while b.balance == 0:
    sleep(.001)
b.send('chosen')
t.join()
print(out, a.balance, b.balance)

# An event, a lock and a semaphore.
e, k, s = event(), lock(), semaphore(0)
order = []


def work(name):
    e.wait()
    with k:
        order.append(name)
        sleep(.001)
        order.append(name)
    s.release()


threads = [in_thread(lambda name=name: spawn(work, name).join()) for name in 'abc']
sleep(.01)
print(order, e.waiting)
e.set()
for _ in threads:
    s.acquire(timeout=10)
for t in threads:
    t.join()
print(order[::2] == order[1::2], sorted(order), s.value, k.locked)

# A task is joined from elsewhere.
t = spawn(lambda: (sleep(.02), 'joined')[1])
joined = []
other = in_thread(lambda: joined.append(t.join(timeout=10)))
other.join()
print(joined, t.done)


def catch(function, **kwargs):
    try:
        return function(**kwargs)
    except TimeoutError as e:
        return e


# A timeout in a thread.
other = in_thread(lambda: joined.append(type(catch(c.receive, timeout=.01)).__name__))

other.join()
print(joined, c.balance)
