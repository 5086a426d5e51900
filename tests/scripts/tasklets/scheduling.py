# The order in which tasklets run, channels hand over, and exceptions travel.
import stackless
from stackless import channel, run, schedule, schedule_remove, tasklet


def count(name):
    for i in range(3):
        print(name, i)
        schedule()


tasklet(count)('a')
tasklet(count)('b')
run()

ch = channel()


def receive():
    while (v := ch.receive()) is not None:
        print('got', v)


def send():
    for i in range(3):
        ch.send(i)
        print('sent', i)
    ch.send(None)


for preference in (-1, 0, 1):
    ch.preference = preference
    tasklet(receive)()
    tasklet(send)()
    run()
ch.preference = -1
print(stackless.runcount, stackless.main is stackless.current, stackless.current.is_main)


def fail():
    1 / 0


tasklet(fail)()
try:
    run()
except ZeroDivisionError as e:
    print('caught', e, e.__traceback__.tb_next.tb_frame.f_code.co_name)

t = tasklet(receive)()
print(t.alive, t.scheduled, t.blocked, t.paused)
t.run()
print(t.alive, t.scheduled, t.blocked, t.paused, ch.balance, ch.queue is t)
t.kill()
print(t.alive, t.scheduled, t.blocked, t.paused, ch.balance)


def cleaned():
    try:
        schedule_remove()
    except TaskletExit:
        print('exit')
        raise
    finally:
        print('finally')


t = tasklet(cleaned)()
t.run()
print(t.paused)
t.kill()
print(t.alive)

for action in (ch.receive, lambda: ch.send(1)):
    try:
        action()
    except RuntimeError as e:
        print(e)




t1 = tasklet(lambda: print('t1', end=' '))()
t2 = tasklet(lambda: print('t2', end=' '))()
t3 = tasklet(lambda: print('t3', end=' '))()
t2.run()
print('main')
run()
print()


def thrown():
    try:
        schedule()
    except KeyError as e:
        print('thrown', e)


t = tasklet(thrown)()
schedule()
t.throw(KeyError, 'k')
t = tasklet(thrown)()
schedule()
t.throw(KeyError('instance'), pending=True)
run()

print(tasklet(lambda: None) and run() is None)
for bad in (lambda: tasklet(1), lambda: tasklet(print).insert(), lambda: stackless.current.remove(),
            lambda: stackless.current.kill.__self__.bind(print), lambda: channel().send(),
            lambda: tasklet()(), lambda: stackless.set_schedule_callback(1)):
    try:
        bad()
    except Exception as e:
        print(type(e).__name__, e)
