# gc-stress: 5000
# timeout: 120
"""Many threads that sleep at once, and that wait for one another. SKEIN_THREADS says how many."""

import os
import threading
import time

# Collections at every turn go through all of them.
COUNT = int(os.environ.get('SKEIN_THREADS', 300 if 'SKEIN_GC' in os.environ else 10_000))


def sleep_at_once(seconds):
    """Starts threads that all sleep until the same time. (Were all alive at once, did each wake after it?)"""
    woken = []
    end = time.monotonic() + seconds

    def sleeper(i):
        time.sleep(max(0, end - time.monotonic()))
        woken.append((i, time.monotonic() >= end))
    threads = [threading.Thread(target=sleeper, args=(i,)) for i in range(COUNT)]
    for t in threads:
        t.start()
    alive = threading.active_count()
    for t in threads:
        t.join()
    return alive == COUNT + 1, sorted(woken) == [(i, True) for i in range(COUNT)]


# A busy machine may take longer to start them than the first ones sleep.
for seconds in (1, 5, 25, 125):
    result = sleep_at_once(seconds)
    if result[0]:
        break
print(*result)
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
    t.join()
print(len(passed), sorted(passed) == sorted(list(range(100)) * 5))
