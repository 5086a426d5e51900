# only: skein
# Semaphores, locks, events, conditions and barriers of tasklets.
import pickle, stackless
from stackless import getcurrent, run, schedule, tasklet
from stackless.ext import BrokenBarrier, barrier, condition, event, line, lock, rlock, semaphore, sleep


def catch(function, *args, **kwargs):
    try:
        return function(*args, **kwargs)
    except Exception as e:
        return type(e).__name__, str(e)


out = []
s = semaphore(2)
print(s.value, s.acquire(), s.acquire(timeout=0), s.value, catch(s.acquire, timeout=0), catch(s.acquire, timeout=.01), s.waiting)


def take(name, from_=s, **limit):
    out.append((name, catch(from_.acquire, **limit)))


for name in 'abc':
    tasklet(take)(name)
t = tasklet(take)('late', timeout=.01)
run()
print(s.waiting, out, t.alive)
s.release()
s.release(2)
print(s.waiting, s.value)
run()
print(out[1:], s.value)
s.release(5)
print(s.value, catch(s.release, 0), catch(semaphore, -1))
with s:
    print(s.value)
print(s.value)

# Nobody overtakes who waits in line.
k = lock()
print(k.locked, k.acquire(), k.locked, catch(k.acquire, timeout=0))
out.clear()
tasklet(take)('first', k)
schedule()
k.release()
print(k.locked, catch(k.acquire, timeout=0))
run()
print(out, k.locked)
k.release()
print(k.locked, catch(k.release))
# Who is killed between being handed the lock and running hands it on.
out.clear()
k.acquire()
victim, other = tasklet(take)('victim', k), tasklet(take)('other', k)
schedule()
k.release()
victim.kill()
run()
print(out, k.locked)
k.release()
# So does who is thrown an exception while it waits.
k.acquire()
victim = tasklet(take)('victim', k)
schedule()
victim.throw(LookupError('thrown'))
k.release()
print(out[1:], k.locked, k.waiting)
# A tasklet that locks twice waits for itself.
k.acquire()
print(catch(k.acquire))
k.release()

r = rlock()
with r, r:
    print(r.locked, catch(r.acquire, timeout=0))
    r.release()
    out.clear()
    tasklet(take)('other', r)
    tasklet(lambda: out.append(catch(r.release)))()
    run()
    print(out, r.waiting)
print(r.locked)
run()
print(out[1:], r.locked, catch(r.release))

e = event()
out.clear()


def wait(name, for_=e, **limit):
    out.append((name, catch(for_.wait, **limit)))


for name, limit in ((1, {}), (2, {'timeout': .01}), (3, {'timeout': 5})):
    tasklet(wait)(name, **limit)
run_out = tasklet(lambda: (sleep(.05), e.set()))()
run()
print(sorted(out, key=repr), e.is_set(), e.wait())
e.clear()
print(e.is_set(), catch(e.wait, timeout=0))

q = line()
out.clear()
for name in 'abcd':
    tasklet(wait)(name, q)
run()
print(q.waiting, q.wake(), q.wake(2), q.waiting, q.wake(9), q.wake())
run()
print(out)

# A bounded store.
c, store, out = condition(), [], []


def produce():
    for i in range(6):
        with c:
            c.wait_for(lambda: len(store) < 2)
            store.append(i)
            c.notify_all()


def consume():
    for i in range(3):
        with c:
            c.wait_for(lambda: store)
            out.append(store.pop(0))
            c.notify_all()


for f in (consume, produce, consume):
    tasklet(f)()
run()
print(out, store)
with c:
    print(catch(c.wait, timeout=.01), c._lock.locked)
    print(catch(c.wait_for, lambda: False, timeout=.01))

b, out = barrier(3, lambda: out.append('together')), []


def meet(limit=None):
    out.append(catch(b.wait, limit))


for _ in range(6):
    tasklet(meet)()
run()
print(out)
out = []
tasklet(meet)(.01)
tasklet(meet)()
run()
print(sorted(out), b.broken, catch(b.wait))
b.reset()
out = []
tasklet(meet)()
run()
b.reset()
run()
print(out, b.broken, b.waiting)

# Blocking in vain is found out.
print(catch(event().wait), catch(semaphore(0).acquire))
getcurrent().block_trap = True
print(catch(event().wait), catch(semaphore(1).acquire))
getcurrent().block_trap = False
waits = tasklet(wait)('blocked', e)
run()
print(waits.blocked, waits._channel is e, catch(pickle.dumps, waits))
waits.kill()
for thing in (s, k, r, e, q):
    print(catch(pickle.dumps, thing)[0])
