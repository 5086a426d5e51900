# only: skein
# select over channels, buffered channels, and closing that wakes.
import pickle, stackless
from stackless import channel, getcurrent, run, schedule, tasklet
from stackless.ext import buffered_channel, select, sleep


def catch(function, *args, **kwargs):
    try:
        return function(*args, **kwargs)
    except Exception as e:
        return type(e).__name__, str(e)


a, b, c = channel(), channel(), channel()
print(select(a, b, default='nothing'), catch(select, a, timeout=0), catch(select, a, b, timeout=.01))
print([x.balance for x in (a, b, c)])

# Who waits in several lines is found in each, and leaves all when served.
out = []


def chooser(*cases, **limits):
    out.append(catch(select, *cases, **limits))


t = tasklet(chooser)(a, b, (c, 'mine'))
run()
print([x.balance for x in (a, b, c)], t.blocked, t.scheduled, t.paused, t._channel, a.queue is t, c.queue is t, t.next, t.prev)
b.send('for b')
print(out, [x.balance for x in (a, b, c)], t.alive)
t = tasklet(chooser)(a, b, (c, 'mine'))
run()
print(c.receive(), [x.balance for x in (a, b, c)])
run()
print(out[-1])
# Two that choose meet each other.
tasklet(chooser)(a, (b, 'to b'))
tasklet(chooser)((a, 'to a'), c)
run()
print(out[-2:], [x.balance for x in (a, b, c)])
# Order in line.
tasklet(lambda: out.append(('plain', a.receive())))()
t = tasklet(chooser)(a, b)
tasklet(lambda: out.append(('last', a.receive())))()
run()
print(a.balance, a.queue.next is t, t.next, a.queue.next.next)
for value in 'xyz':
    a.send(value)
run()
print(out[-3:])
# An exception that is sent, thrown, or a kill, takes it out of all lines.
t = tasklet(chooser)(a, b)
run()
b.send_exception(LookupError, 'sent')
t = tasklet(chooser)(a, b)
run()
t.throw(ArithmeticError('thrown'))
print(out[-2:], a.balance, b.balance)
t = tasklet(chooser)(a, (b, 1))
run()
t.kill()
print(len(out), a.balance, b.balance, t.alive)
# Sending to and receiving from one channel at a time cannot be.
print(catch(select, a, (a, 1)), a.balance, getcurrent().blocked)
# Fair: each ready case has its chance. Ordered: the first.
counts = [0, 0, 0]
ordered = [0, 0, 0]
for counter, order in ((counts, False), (ordered, True)):
    for _ in range(300):
        senders = [tasklet(x.send)(0) for x in (a, b, c)]
        schedule()
        counter[select(a, b, c, ordered=order)[0]] += 1
        for s in senders:
            s.kill()
print(all(50 < n < 150 for n in counts), ordered)
# Mistakes.
print(catch(select), catch(select, 3), catch(select, (a, 1, 2)), catch(select, a, timeout=1, default=2))
getcurrent().block_trap = True
print(catch(select, a))
getcurrent().block_trap = False
closed = channel()
closed.close()
print(catch(select, closed, a), catch(select, (closed, 1)), a.balance)

# Buffered channels.
q = buffered_channel(2)
print(q.capacity, q.size, isinstance(q, channel), catch(q.receive, timeout=0))
q.send(1), q.send(2)
print(q.size, q.values, q.balance, catch(q.send, 3, timeout=.01))
senders = [tasklet(q.send)(i) for i in (3, 4)]
run()
print(q.balance, q.size)
print([q.receive() for _ in range(4)], q.balance, [s.scheduled for s in senders])
run()
print([s.alive for s in senders], q.size)
got = []
tasklet(lambda: got.append(q.receive()))()
run()
print(q.balance)
q.send('direct')
print(got, q.size)
print(select((q, 'by select'), a), select(q, a), q.size)
tasklet(chooser)(q, a)
run()
q.send('chosen')
run()
print(out[-1])
q.send(1), q.send(2)
tasklet(chooser)((q, 3), a)
run()
print(q.receive(), q.values)
run()
print(out[-1], q.receive(), q.receive())
free = buffered_channel()
for i in range(100):
    free.send(i)
print(free.capacity, free.size, [free.receive() for i in range(100)] == list(range(100)))
for i in range(1000):
    free.send(i)
    free.send(-i)
    assert free.receive() == (i // 2 if i % 2 == 0 else -(i // 2)), i
print(free.size)
rendezvous = buffered_channel(0)
print(catch(rendezvous.send, 1, timeout=0), catch(buffered_channel, -1))
q.send_exception(LookupError, 'held')
print(catch(q.receive))
# Closed, what is held comes still.
q.send('last')
q.close()
print(q.closing, q.closed, catch(q.send, 1), q.receive(), q.closed, catch(q.receive))
q.open()
for i in range(2):
    q.send(i)
q.close()
print(list(q))

# close() does not wake; close(wake=True) does.
d = channel()


def loop():
    out.append(list(d))


tasklet(lambda: out.append(catch(d.receive)))()
tasklet(loop)()
tasklet(lambda: out.append(catch(d.receive, timeout=100)))()
tasklet(chooser)(a, d)
schedule()
d.send('one')
d.close()
schedule()
print(d.balance, d.closed)
d.close(wake=True)
run()
print(*out[-4:], d.balance, d.closed, a.balance, sep='\n')
# No pickle holds who waits in several lines.
t = tasklet(select)(a, b)
run()
for thing in (buffered_channel(1), t, a):
    print(catch(pickle.dumps, thing))
t.kill()
# Callbacks see operations of buffered channels, too.
seen = []
q = buffered_channel(1)
stackless.set_channel_callback(lambda *args: seen.append(args[2:]))
q.send(1)
tasklet(q.send)(2)
run()
q.receive()
stackless.set_channel_callback(None)
print(seen)
