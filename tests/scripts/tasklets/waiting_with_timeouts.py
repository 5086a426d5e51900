# only: skein
# gc-stress: 2000
# Sleeping, timeouts of channels, and what they leave behind.
import stackless, time
from stackless import channel, getcurrent, run, schedule, tasklet
from stackless.ext import sleep, timeout

out = []


def napper(name, seconds):
    sleep(seconds)
    out.append(name)


for name, seconds in (('c', .06), ('a', .01), ('b', .03)):
    tasklet(napper)(name, seconds)
run()
print(out)

# A sleeper wakes although others never stop switching.
awake = []
t = tasklet(lambda: (sleep(.02), awake.append(True)))()
turns = 0
while not awake:
    schedule()
    turns += 1
print(turns > 1, t.alive)

# A sleeping tasklet is blocked; insert() cannot run it, kill() can.
t = tasklet(sleep)(60)
schedule()
print(t.blocked, t.paused, t.scheduled, t.alive)
for method in (t.insert, t.remove):
    try:
        method()
    except RuntimeError as e:
        print(e)
t.kill()
print(t.alive, t.blocked, stackless.getruncount())


def catch(function, *args, **kwargs):
    try:
        return function(*args, **kwargs)
    except Exception as e:
        return type(e).__name__, str(e)


# Nobody comes.
c = channel()
print(catch(c.receive, timeout=.01), c.balance, c.queue)
print(catch(c.send, 1, timeout=.01), c.balance)
print(catch(c.receive, timeout=0), catch(c.send, 1, timeout=0))
# Somebody comes in time.
tasklet(lambda: (sleep(.01), c.send('in time')))()
print(catch(c.receive, timeout=5))
tasklet(lambda: (sleep(.01), out.append(c.receive())))()
print(catch(c.send, 'sent', timeout=5), out[-1])
# Who waits with a timeout keeps its place in line.
out.clear()


def receiver(name, limit):
    out.append((name, catch(c.receive, timeout=limit)))


for name, limit in ((1, .02), (2, None), (3, .02), (4, None)):
    tasklet(receiver)(name, limit)
schedule()
print(c.balance)
sleep(.1)
print(c.balance, sorted(out))
c.send('x')
c.send('y')
run()
print(out[2:], c.balance)
# Killed while waiting: no receiver is left, and the deadline disturbs nobody.
t = tasklet(receiver)(5, .02)
schedule()
print(c.balance, t.blocked)
t.kill()
print(c.balance, t.blocked)
sleep(.05)
print(out[4:])
# Thousands of timeouts that never come.
ping = channel()


def answer():
    for i in range(3000):
        ping.receive(timeout=100)


tasklet(answer)()
for i in range(3000):
    ping.send(i, timeout=100)
print(ping.balance)
# Not in a tasklet that must not block, nor while switching is trapped.
getcurrent().block_trap = True
print(catch(sleep, .01))
print(catch(c.receive, timeout=1))
getcurrent().block_trap = False
other = tasklet(lambda: None)()
stackless.switch_trap(1)
print(catch(sleep, .01), catch(c.receive, timeout=1))
stackless.switch_trap(-1)
run()
print(catch(sleep, -1), catch(c.receive, timeout='x')[0], catch(c.receive, 1), catch(c.close, 1))
# A time limit for a whole block.
start = time.monotonic()
with timeout(5):
    sleep(.01)
try:
    with timeout(.02):
        with timeout(10):
            c.receive()
except TimeoutError as e:
    print(e)
run()
print(time.monotonic() - start < 4, c.balance, stackless.getruncount())
