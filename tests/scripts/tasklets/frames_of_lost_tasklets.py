# Frames, tracebacks and running generators of tasklets that nobody can run any more; values written into frames that wait.
# only: skein
# gc-stress: 50
import gc
import stackless
import sys
from stackless import run, schedule_remove, tasklet


def litter():
    gc.collect(0)
    rows = [[i] * 5 for i in range(3000)]
    gc.collect()
    return len(rows)


# A generator keeps the frames below it.
def generator():
    yield 1
    own = ['generator'] * 2
    schedule_remove()
    yield own


def outer(found):
    own = ['outer'] * 2
    g = generator()
    found.append(g)
    next(g)
    inner(g)


def inner(g):
    own = ['inner'] * 2
    for _ in g:
        pass


def lost_generator():
    found = []
    tasklet(outer)(found)
    run()
    return found[0]


def names_and_locals(frame):
    while frame is not None:
        yield frame.f_code.co_name, frame.f_locals['own']
        frame = frame.f_back


generators = [lost_generator() for _ in range(5)]
litter()
for g in generators:
    print(*names_and_locals(g.gi_frame))
backs = [g.gi_frame.f_back for g in generators]
try:
    next(generators[0])
except ValueError as e:
    print(e)
del generators, g
litter()
for frame in backs:
    print(*names_and_locals(frame))

# So do frame objects and tracebacks.
kept = []


def fails(n):
    own = ['fails', n]
    kept.append(sys._getframe())
    raise ValueError


def catches(n):
    own = ['catches', n]
    try:
        fails(n)
    except ValueError as e:
        kept.append(e.__traceback__.tb_next.tb_frame)
        kept.append(e.__traceback__.tb_frame)
        schedule_remove()


for n in range(4):
    tasklet(catches)(n)
    run()
litter()
for frame in kept:
    print(frame.f_lineno, *names_and_locals(frame))


# What is written into frames that wait is seen by the next collections.
def waits():
    value = None
    schedule_remove()
    return value


results = []
waiting = [tasklet(lambda: results.append(waits()))() for _ in range(20)]
run()
litter()
for i, t in enumerate(waiting):
    t.frame.f_locals['value'] = ['written', i]
litter()
for t in waiting:
    t.insert()
run()
print(results == [['written', i] for i in range(20)])


def yields():
    value = None
    yield
    yield value


suspended = [yields() for _ in range(20)]
for g in suspended:
    next(g)
litter()
for i, g in enumerate(suspended):
    g.gi_frame.f_locals['value'] = ['written', i]
litter()
print([next(g) for g in suspended] == [['written', i] for i in range(20)])
