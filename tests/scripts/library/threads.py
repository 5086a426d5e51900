# gc-stress: 2000
# threading on the surface: start, join, locks, events, locals, queues; results must not depend on the schedule.
import queue
import threading
results = []


def work(n):
    results.append(n * n)


threads = [threading.Thread(target=work, args=(i,)) for i in range(10)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(sorted(results), any(t.is_alive() for t in threads))
lock = threading.Lock()
count = 0


def increase():
    global count
    for _ in range(1000):
        with lock:
            count += 1


threads = [threading.Thread(target=increase) for _ in range(4)]
[t.start() for t in threads]
[t.join() for t in threads]
print(count, lock.locked(), lock.acquire(), lock.acquire(blocking=False), lock.release())
r = threading.RLock()
with r, r:
    print('reentrant')
event = threading.Event()
q = queue.Queue()


def waiter():
    event.wait()
    q.put('after the event')


t = threading.Thread(target=waiter, daemon=True, name='waiter')
t.start()
print(t.name, t.daemon, q.empty())
event.set()
print(q.get(timeout=5), event.is_set())
t.join()
local = threading.local()
local.x = 'main'


def check():
    local.x = 'thread'
    q.put((hasattr(local, 'x'), local.x))


t = threading.Thread(target=check)
t.start()
t.join()
print(q.get(), local.x, threading.current_thread() is threading.main_thread(), threading.active_count())
cond = threading.Condition()
box = []


def consumer():
    with cond:
        while not box:
            cond.wait()
        q.put(box.pop())


t = threading.Thread(target=consumer)
t.start()
with cond:
    box.append('item')
    cond.notify()
t.join()
print(q.get())
sem = threading.Semaphore(2)
print(sem.acquire(), sem.acquire(), sem.acquire(blocking=False), sem.release())
barrier = threading.Barrier(3)
order = []


def meet():
    barrier.wait()
    order.append(1)


ts = [threading.Thread(target=meet) for _ in range(2)]
[t.start() for t in ts]
barrier.wait()
[t.join() for t in ts]
print(len(order))
caught = []
threading.excepthook = lambda args: caught.append((args.exc_type.__name__, str(args.exc_value)))
t = threading.Thread(target=lambda: 1 / 0)
t.start()
t.join()
print(caught)
from concurrent.futures import ThreadPoolExecutor, as_completed
with ThreadPoolExecutor(max_workers=3) as pool:
    print(list(pool.map(lambda x: x * 2, range(5))), sorted(f.result() for f in as_completed([pool.submit(pow, 2, i) for i in range(4)])))
    f = pool.submit(int, 'x')
    print(type(f.exception()).__name__)
timer_done = threading.Event()
threading.Timer(0.01, timer_done.set).start()
print(timer_done.wait(5))
for bad in (lambda: threading.Lock().release(), lambda: threading.Thread().join(), lambda: threading.current_thread().join()):
    try:
        bad()
    except RuntimeError as e:
        print('RuntimeError')
