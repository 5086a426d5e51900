# Channels drag along the tasklets that wait on them; states of tasklets are kept.
import pickle
import stackless

log = []


def receiver(name, c):
    got = c.receive()
    log.append((name, got))


def sender(name, c):
    c.send(name)
    log.append((name, 'sent'))


def loads(o, protocol=pickle.HIGHEST_PROTOCOL):
    return pickle.loads(pickle.dumps(o, protocol))


for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
    log.clear()
    c = stackless.channel()
    for name in 'ab':
        stackless.tasklet(receiver)(name, c)
    stackless.run()
    d = loads(c, protocol)
    first = d.queue
    print(d.balance, first.blocked, first.alive, first.scheduled, first.paused, first.next.next, first._channel is d)
    d.send(1)
    d.send(2)
    stackless.run()
    print(log, d.balance, c.balance)

# Senders, and the settings of a channel.
log.clear()
c = stackless.channel()
c.preference = 1
c.schedule_all = 1
for name in 'xy':
    stackless.tasklet(sender)(name, c)
stackless.run()
c.close()
d = loads(c)
print(d.balance, d.preference, d.schedule_all, d.closing, d.closed)
d.open()
print([d.receive() for _ in range(2)], d.balance)
stackless.run()
print(log)

# By way of a tasklet that waits.
c = stackless.channel()
t = stackless.tasklet(receiver)('t', c)
stackless.run()
t2 = loads(t)
print(t2.blocked, t2._channel is not c, t2._channel.balance)
log.clear()
t2._channel.send('hello')
stackless.run()
print(log, t.blocked, c.balance)
t2 = loads(t)
t2.kill()
print(t2.alive, t2.blocked)


# States of tasklets.
def nothing(*args, **kwargs):
    log.append((args, kwargs))


log.clear()
new = loads(stackless.tasklet())
print(new.alive, new.tempval)
bound = loads(stackless.tasklet(nothing))
print(bound.alive, bound.tempval is nothing)
bound(1)
started = loads(stackless.tasklet(nothing).bind(nothing, (2,), {'k': 3}))
print(started.alive, started.paused, started.frame)
started.insert()
scheduled = stackless.tasklet(nothing)(4)
again = loads(scheduled)
print(again.scheduled, again.paused)
again.run()
stackless.run()
print(log)
done = loads(scheduled)
print(done.alive)
try:
    pickle.dumps(stackless.current)
except RuntimeError as e:
    print(e)

# Flags and the value that is waited for.
t = stackless.tasklet(lambda: stackless.schedule_remove(None))()
t.set_atomic(True)
t.set_ignore_nesting(True)
t.block_trap = True
stackless.run()
t.tempval = [t]
u = loads(t)
print(u.atomic, u.ignore_nesting, u.block_trap, u.tempval[0] is u, u.paused)
u.run()
try:
    stackless.tasklet(nothing, ()).__setstate__(stackless.tasklet().__reduce__()[2])
except RuntimeError as e:
    print(e)


# Subclasses keep their attributes.
class Task(stackless.tasklet):
    pass


class Slotted(stackless.tasklet):
    __slots__ = ('name', 'unset')


class Pipe(stackless.channel):
    pass


t = Task(nothing)
t.label = ['x']
t.me = t
s = Slotted(nothing)(5)
s.name = 'slot'
p = Pipe()
p.tasks = [t, s]
q = loads(p)
print(type(q).__name__, [type(x).__name__ for x in q.tasks], q.tasks[0].label, q.tasks[0].me is q.tasks[0],
      q.tasks[1].name, hasattr(q.tasks[1], 'unset'))

# Bombs.
b = loads(stackless.bomb(ValueError, ValueError('x'), None))
print(b.type, b.value, b.traceback)

# A tasklet among its own variables, and two that share an object.
def shares(me, other):
    stackless.schedule_remove()
    other.append(stackless.current is me[0])


me, common = [], []
me.append(stackless.tasklet(shares)(me, common))
me.append(stackless.tasklet(shares)(me, common))
stackless.run()
one, two, other = loads((*me, common))
one.insert()
two.insert()
stackless.run()
print(other, common)
stackless.run()


# A tasklet with native code on its stack can be looked at, but cannot go on.
def caught(t):
    try:
        t.run()
    except RuntimeError as e:
        return str(e)


def reading():
    return {Hashed(): 1}


class Hashed:
    def __hash__(self):
        stackless.schedule_remove()
        return 1


t = stackless.tasklet(reading)()
stackless.run()
print(t.restorable, t.nesting_level > 0)
u = loads(t)
print(u.restorable, u.alive, u.frame.f_code.co_name, caught(u), u.alive)
t.kill()
