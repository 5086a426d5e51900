# Tasklets of several threads: each thread runs its own, others may queue, throw at and move them.
# only: skein
import re, stackless, threading
from stackless import channel, tasklet


def in_thread(function):
    """Run a function in a thread of its own and wait for it."""
    t = threading.Thread(target=function)
    t.start()
    t.join()


ident = threading.get_ident
main = stackless.current
print(main.thread_id == ident(), stackless.getmain() is main, stackless.threads == [ident()])

# A thread that waits does not run its tasklets; they can be told to run, in an order.
order, ready, go = [], threading.Event(), threading.Event()
queued = []


def keep_tasklets():
    for name in 'abc':
        queued.append(tasklet(order.append)(name))
    ready.set()
    go.wait()
    print('thread:', stackless.runcount, stackless.current is stackless.main, stackless.main is not main)
    stackless.run()


t = threading.Thread(target=keep_tasklets)
t.start()
ready.wait()
print(order, stackless.runcount, [x.scheduled for x in queued], queued[0].thread_id == t.ident)
print(stackless.get_thread_info(t.ident)[2], len(stackless.threads))
queued[1].remove()
queued[2].remove()
queued[2].run()
for forbidden in (queued[0].bind_thread, queued[0].switch):
    try:
        forbidden()
    except RuntimeError as e:
        print(e)
queued[1].bind_thread()
print(queued[1].thread_id == ident())
go.set()
t.join()
print(order)
queued[1].run()
print(order)

# Channels between threads.
c = channel()
got = []


def receiver():
    for _ in range(3):
        got.append((c.receive(), stackless.current.thread_id == ident()))


t = threading.Thread(target=receiver)
t.start()
for i in range(3):
    c.send(i)
t.join()
print(got)


def sender():
    for i in range(3):
        c.send(i)
    c.send_exception(ValueError, 'the end')


t = threading.Thread(target=sender)
t.start()
try:
    while True:
        print(c.receive())
except ValueError as e:
    print(e)
t.join()

# The end of a thread: what is suspended there does not go on, unless native code below it must be left.
left = []


def waits(c):
    try:
        left.append(stackless.current)
        c.receive()
    except TaskletExit:
        print('killed', stackless.getmain() is not first_main)
        raise


def native(c):
    re.sub('x', lambda match: waits(c), 'x')
    print('never')


def ends():
    global first_main
    first_main = stackless.getmain()
    tasklet(waits)(channel())
    tasklet(native)(channel())
    stackless.run()


in_thread(ends)
for x in left:
    print(x.alive, x.thread_id, x.blocked)
for what in (left[0].insert, left[0].run, lambda: left[0].throw(ValueError)):
    try:
        what()
    except RuntimeError as e:
        print(e)
left[0].kill()
left[0].bind_thread()
print(left[0].alive, left[0].thread_id == ident())

# Exceptions thrown at a tasklet of another thread.
ready, done = threading.Event(), threading.Event()


def victim():
    try:
        stackless.schedule_remove()
    except KeyError as e:
        print('caught', e, stackless.current.thread_id == ident())


def hosts():
    global x
    x = tasklet(victim)()
    x.run()
    ready.set()
    done.wait()
    stackless.run()


t = threading.Thread(target=hosts)
t.start()
ready.wait()
x.throw(KeyError, 'thrown')
done.set()
t.join()
print(x.alive)
