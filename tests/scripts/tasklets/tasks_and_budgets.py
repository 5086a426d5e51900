# only: skein
# gc-stress: 2000
# exit: 3
# Tasks that are joined, tasklet-local data, run budgets, statistics.
import pickle, stackless, time
from stackless import getcurrent, run, schedule, tasklet
from stackless.ext import local, measure, run_count, run_for, sleep, spawn, statistics, task


def catch(function, *args, **kwargs):
    try:
        return function(*args, **kwargs)
    except Exception as e:
        return type(e).__name__, str(e)


t = spawn(lambda a, b=2: a + b, 1)
print(t.done, t.alive, isinstance(t, tasklet), t.join(), t.done, t.alive, t.join(), t.exception)
# What ends a task does not reach the main tasklet, but those that join.
t = spawn(lambda: 1 / 0)
run()
print(t.done, t.exception, catch(t.join), catch(t.join))
print(catch(pickle.dumps, t))
out = []
t = spawn(lambda: (sleep(.02), 'slept')[1])
for limit in (None, 5, .001):
    tasklet(lambda limit: out.append(catch(t.join, limit)))(limit)
print(catch(t.join, timeout=0), catch(t.join, timeout=.001))
run()
print(out)
# Killed: before it began, and while it waits.
t = spawn(print, 'never')
t.kill()
print(t.done, catch(t.join), type(t.exception).__name__)
t = spawn(stackless.channel().receive)
run()
print(t.blocked)
tasklet(lambda: out.append(catch(t.join)))()
run()
t.kill()
run()
print(out[-1])
# Bound again it is a new task.
t = task(lambda: 5)()
print(t.join())
t.bind(lambda: 6)()
print(t.done, t.join())
print(catch(task(lambda: getcurrent().join())().join))
# An exit is not kept from the main tasklet, and is what the program ends with.
t = spawn(lambda: exit(3))
try:
    run()
except SystemExit as e:
    print('exit', e.code, t.done)


class mine(task):
    def __init__(self, *args):
        super().__init__(*args)
        self.name = 'mine'


t = mine(lambda: getcurrent().name)()
print(t.join(), t.name)

# Each tasklet has attributes of its own.
here = local()
here.x = 'main'
out.clear()


def use(n):
    out.append(hasattr(here, 'x'))
    here.x = n
    schedule()
    out.append(here.x)
    del here.x
    out.append(catch(lambda: here.x)[0])


for n in range(2):
    tasklet(use)(n)
run()
print(out, here.x, here.__dict__)


class counter(local):
    def __init__(self, start):
        self.n = start


c = counter(5)
c.n += 1
again = tasklet(lambda: out.append(c.n))
again()
run()
again.bind(lambda: out.append(c.n))()
run()
print(c.n, out[-2:])

# Budgets.
ticks = [0]


def tick():
    while True:
        ticks[0] += 1
        schedule()


a, b = tasklet(tick)(), tasklet(tick)()
print(run_count(10), ticks, stackless.getruncount())
print(run_count(1), ticks)
start = time.monotonic()
print(run_for(.05), .04 < time.monotonic() - start < 5, ticks[0] > 11, stackless.getruncount())
a.kill(), b.kill()
print(run_count(5), run_for(5), catch(run_count, 0), catch(run_for, None))
# Who sleeps is waited for, as long as the time lasts.
tasklet(lambda: (sleep(.01), out.append('slept')))()
late = tasklet(lambda: (sleep(60), out.append('too long')))()
start = time.monotonic()
print(run_for(1), out[-1], .9 < time.monotonic() - start < 50, late.blocked)
late.kill()


def spin():
    while True:
        pass


s = tasklet(spin)()
stopped = run_for(.02, hard=True)
print(stopped is s, s.paused)
s.kill()
print(run_for(1, hard=True))

# One that is alone has its turns, too, and one that sleeps alone does not make the caller late.
turns = []


def alone():
    while True:
        turns.append(1)
        schedule()


t = tasklet(alone)()
run_count(5)
print(len(turns), t.scheduled)
t.kill()
t = tasklet(sleep)(60)
begin = time.monotonic()
run_for(.02)
print(t.blocked, time.monotonic() - begin < 30)
t.kill()

# How often tasklets were switched to, and how long they ran.
def work(turns):
    for _ in range(turns):
        end = time.perf_counter() + .002
        while time.perf_counter() < end:
            pass
        schedule()


print(measure(), measure())
two, five = tasklet(work)(2), tasklet(work)(5)
run()
print(statistics(two).switches, statistics(five).switches)
print(.004 < statistics(two).run_time < statistics(five).run_time, statistics().switches > 5)
print(measure(False), measure(False))
