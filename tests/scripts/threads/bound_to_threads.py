# only: skein
"""Tasklets that belong to threads: channels between them, binding to another thread, what stackless tells of threads."""

import stackless
import threading
import time

log = []
to_thread, back = stackless.channel(), stackless.channel()


def other():
    log.append(('main here', stackless.main is stackless.current, stackless.runcount))
    for value in to_thread:
        back.send((value * 2, stackless.current.thread_id == threading.get_ident()))
        if value == 3:
            break
    log.append(threading.current_thread().name)


t = threading.Thread(target=other, name='other')
t.start()
for i in range(1, 4):
    to_thread.send(i)
    print(back.receive())
t.join()
print(log)
print(stackless.threads == [threading.get_ident()])

# A tasklet made here runs in the thread that it is bound to.
ready, go = threading.Event(), threading.Event()
ran_in = []


def host():
    ready.set()
    go.wait()
    stackless.run()


t = threading.Thread(target=host)
t.start()
ready.wait()
work = stackless.tasklet().bind(lambda: ran_in.append(threading.get_ident()), ())
print(work.thread_id == threading.get_ident())
work.bind_thread(t.ident)
print(work.thread_id == t.ident, len(stackless.threads))
work.insert()
print(work.scheduled, stackless.runcount, stackless.get_thread_info(t.ident)[2] >= 1)
stackless.run()
print(ran_in)
go.set()
t.join()
print(ran_in == [t.ident])
try:
    stackless.tasklet().bind_thread(12345)
except ValueError as e:
    print(e)
try:
    stackless.get_thread_info(12345)
except RuntimeError as e:
    print(e)

# One that waits for something else is blocked; it can be killed.
ends = []


def sleeper():
    try:
        time.sleep(60)
    except TaskletExit:
        ends.append('killed')
        raise
    finally:
        ends.append('finally')


s = stackless.tasklet(sleeper)()
stackless.tasklet(stackless.schedule)()
stackless.schedule()
print(s.alive, s.blocked, s.scheduled, s.paused)
try:
    s.insert()
except RuntimeError as e:
    print(e)
s.kill()
print(ends, s.alive)
stackless.run()
print('end')
