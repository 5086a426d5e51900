# Greenlets and tasklets together: a greenlet is a stack of the tasklet that runs it, as of a thread elsewhere.
import greenlet
import stackless
from greenlet import getcurrent, greenlet as Greenlet

log = []


def worker(name):
    root = getcurrent()

    def child():
        for i in range(2):
            log.append((name, i, stackless.getcurrent() is me, getcurrent() is g))
            stackless.schedule()
        root.switch('half')
        stackless.schedule()
        return 'done'

    me = stackless.getcurrent()
    g = Greenlet(child)
    log.append((name, g.switch(), root.parent))
    log.append((name, g.switch()))


tasks = [stackless.tasklet(worker)(name) for name in 'ab']
stackless.run()
for line in log:
    print(*line)
print([t.alive for t in tasks])


print('--- each tasklet has a root greenlet of its own')
roots = []
stackless.tasklet(lambda: roots.append(getcurrent()))()
stackless.tasklet(lambda: roots.append(getcurrent()))()
stackless.run()
print(len({*roots, getcurrent()}))

c = stackless.channel()


def lends():
    g = Greenlet(lambda: getcurrent().parent.switch('begun'))
    print(g.switch())
    c.send(g)
    print('ended by its own tasklet:', g.switch('over'))


def borrows():
    g = c.receive()
    try:
        g.switch()
    except greenlet.error as e:
        print('error:', str(e).split('\n')[0])


stackless.tasklet(lends)()
stackless.tasklet(borrows)()
stackless.run()


print('--- channels inside greenlets')


def sender():
    Greenlet(lambda: [c.send(i) for i in range(3)]).switch()
    c.send(None)


def receiver():
    def take():
        while (v := c.receive()) is not None:
            getcurrent().parent.switch(v)
        return 'end'
    g = Greenlet(take)
    while not g.dead:
        print(g.switch())


stackless.tasklet(sender)()
stackless.tasklet(receiver)()
stackless.run()


print('--- a tasklet is killed in a greenlet')


def victim():
    def inner():
        try:
            stackless.schedule_remove()
        finally:
            print('inner ends')
    try:
        Greenlet(inner).switch()
    finally:
        print('outer ends, in its root:', getcurrent().parent is None)


t = stackless.tasklet(victim)()
stackless.run()
print(t.alive)
t.kill()
print(t.alive)


print('--- an exception leaves both')


def fails():
    Greenlet(lambda: 1 / 0).switch()


stackless.tasklet(fails)()
try:
    stackless.run()
except ZeroDivisionError as e:
    print('run() raised', repr(e))


print('--- interrupted in a greenlet')


def busy():
    n = 0
    while n < 20000:
        n += 1
    return n


def holder():
    print('counted', Greenlet(busy).switch())


stackless.tasklet(holder)()
rounds = 0
while (t := stackless.run(1000)) is not None:
    rounds += 1
    t.insert()
print(rounds > 3)


print('--- below native code in both')


def key(v):
    stackless.schedule()
    getcurrent().parent.switch(v)
    stackless.schedule()
    return -v


def sorts(data):
    g = Greenlet(lambda: sorted(data, key=key))
    steps = []
    while not g.dead:
        steps.append(g.switch())
    print(steps)


for data in ([1, 2], [5, 6, 7]):
    stackless.tasklet(sorts)(data)
stackless.run()
