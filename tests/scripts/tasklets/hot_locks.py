# Locks of tasklets in hot loops, held by others or not: `stackless.ext.lock` has the name of `_thread.lock`.
# only: skein
from stackless import run, schedule, tasklet
from stackless.ext import lock

log = []


def work(l, name, turns):
    total = 0
    for i in range(turns):
        with l:
            total += i
            if i % 50 == 0:
                schedule()
            assert l.locked
    log.append((name, total))


def impatient(l, turns):
    late = 0
    for i in range(turns):
        try:
            l.acquire(0)
        except TimeoutError:
            late += 1
        else:
            l.release()
        if i % 10 == 0:
            schedule()
    log.append(('impatient', late > 0))


l = lock()
for name in 'abc':
    tasklet(work)(l, name, 2000)
tasklet(impatient)(l, 2000)
run()
print(*log, sep='\n')
print(l.locked, l.waiting)
