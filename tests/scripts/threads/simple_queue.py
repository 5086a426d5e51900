"""`queue.SimpleQueue` as `_queue` makes it: order, hand-over to waiting threads, timeouts, errors, subclasses."""

import _queue
import gc
import queue
import threading
import time
import weakref

print(queue.SimpleQueue is _queue.SimpleQueue, queue.Empty is _queue.Empty, _queue.Empty.__mro__[1].__name__)
print(queue.SimpleQueue, queue.SimpleQueue[int])

q = queue.SimpleQueue()
print(q.empty(), q.qsize())
for i in range(1000):
    q.put(i, False, -1)
print(q.empty(), q.qsize(), [q.get() for _ in range(600)] == list(range(600)))
for i in range(1000, 1200):
    q.put_nowait(item=i)
print([q.get_nowait() for _ in range(600)] == list(range(600, 1200)), q.empty())

for call in (q.get_nowait, lambda: q.get(False), lambda: q.get(block=0, timeout=-5), lambda: q.get(timeout=0.001),
             lambda: q.get(timeout=-1), lambda: q.get(True, 'soon'), lambda: q.get(timeout=1e12), lambda: q.put(),
             lambda: queue.SimpleQueue(1).put(1)):
    try:
        print(call())
    except Exception as e:
        print(type(e).__name__, e.args if isinstance(e, queue.Empty) else '', e.__traceback__.tb_lineno > 0)

# Those that wait get their items in the order in which they began to wait, and one that gave up gets none.
got = []
ready = []


def wait(name, timeout):
    ready.append(name)
    try:
        got.append((name, q.get(timeout=timeout)))
    except queue.Empty:
        got.append((name, 'nothing'))


threads = []
for name, timeout in (('first', None), ('hasty', 0.001), ('second', None), ('third', 60)):
    t = threading.Thread(target=wait, args=(name, timeout))
    t.start()
    threads.append(t)
    while name not in ready:
        time.sleep(0)
threads[1].join()
for item in 'abc':
    q.put(item)
for t in threads:
    t.join()
print(got[0], sorted(got[1:]), q.qsize())

# Many short waits leave nothing behind; then one that lasts.
for _ in range(300):
    try:
        q.get(timeout=0)
    except queue.Empty:
        pass
t = threading.Thread(target=wait, args=('late', None))
t.start()
q.put('z')
t.join()
print(got[-1])

# Producers and consumers.
results = queue.SimpleQueue()


def consume():
    while (n := q.get()) is not None:
        results.put(n * n)


consumers = [threading.Thread(target=consume) for _ in range(5)]
for t in consumers:
    t.start()
producers = [threading.Thread(target=lambda k=k: [q.put(n) for n in range(k, 500, 5)]) for k in range(5)]
for t in producers:
    t.start()
for t in producers:
    t.join()
for _ in consumers:
    q.put(None)
for t in consumers:
    t.join()
print(sorted(results.get() for _ in range(results.qsize())) == [n * n for n in range(500)])


class Logged(queue.SimpleQueue):
    def put(self, item, *rest):
        print('put', item)
        super().put(item, *rest)


q = Logged()
q.put('x')
q.note = 1
print(q.get(), q.note)


class Item:
    pass


item = Item()
r = weakref.ref(item)
q.put_nowait(item)
del item
gc.collect()
print(r() is not None)
q.get()
gc.collect()
print(r())
