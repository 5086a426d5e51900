# gc-stress: 5000
# timeout: 120
"""Many threads that sleep at once, and that wait for one another. SKEIN_THREADS says how many (10,000 is the full size)."""

import os
import threading
import time

COUNT = int(os.environ.get('SKEIN_THREADS', '300'))

woken = []


def sleeper(i):
    time.sleep(max(0, end - time.monotonic()))
    woken.append(i)


end = time.monotonic() + 0.5 + COUNT / 1000
threads = [threading.Thread(target=sleeper, args=(i,)) for i in range(COUNT)]
for t in threads:
    t.start()
print(threading.active_count() == COUNT + 1)
for t in threads:
    t.join()
print(sorted(woken) == list(range(COUNT)))
print(0 <= time.monotonic() - end < 60)
print(threading.active_count())

# All wait for one event; then each for the one before.
event = threading.Event()
order = []


def wait_for(i, before):
    event.wait()
    if before:
        before.join()
    order.append(i)


threads = []
for i in range(COUNT):
    t = threading.Thread(target=wait_for, args=(i, threads[-1] if threads else None), daemon=i % 2 == 0)
    t.start()
    threads.append(t)
time.sleep(0.01)
print(order)
event.set()
threads[-1].join()
print(order == list(range(COUNT)))

# A barrier that all pass several times.
barrier = threading.Barrier(100)
passed = []


def pass_through():
    for _ in range(5):
        passed.append(barrier.wait())


threads = [threading.Thread(target=pass_through) for _ in range(100)]
for t in threads:
    t.start()
for t in threads:
    t.join(60)
print(len(passed), sorted(passed) == sorted(list(range(100)) * 5))
