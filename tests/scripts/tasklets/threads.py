# Threads: sleeping, queues, pools, locks, events, barriers, thread-local data, exceptions, daemons.
# gc-stress: 5000
import threading, time, queue, sys
from concurrent.futures import ThreadPoolExecutor
def w(n): time.sleep(0.05 * (n + 1)); print('w', n)
ts=[threading.Thread(target=w,args=(i,)) for i in range(3)]
for t in ts: t.start()
for t in ts: t.join()
print('joined')
q=queue.Queue(2)
def prod():
    for i in range(6): q.put(i)
    q.put(None)
def cons():
    while (v:=q.get()) is not None: print('c',v)
a=threading.Thread(target=prod); b=threading.Thread(target=cons); a.start(); b.start(); a.join(); b.join()
with ThreadPoolExecutor(4) as ex:
    print(list(ex.map(lambda x: x*x, range(10))))
lock=threading.Lock(); total=0
def add():
    global total
    for i in range(20000):
        with lock: total+=1
ts=[threading.Thread(target=add) for _ in range(4)]
for t in ts: t.start()
for t in ts: t.join()
print(total)
loc=threading.local(); loc.x=1
def lo():
    print(hasattr(loc,'x')); loc.x=5
t=threading.Thread(target=lo); t.start(); t.join(); print(loc.x)
e=threading.Event()
def waiter(): print('wait', e.wait(1))
t=threading.Thread(target=waiter); t.start(); time.sleep(0.01); e.set(); t.join()
print(e.wait(0.01), threading.Event().wait(0.02), lock.acquire(timeout=0.01))
def bad(): 1/0
threading.excepthook=lambda a: print('hook',a.exc_type.__name__,a.thread.name)
t=threading.Thread(target=bad,name='T'); t.start(); t.join()
bar=threading.Barrier(3)
def br(): print('bar',bar.wait() in (0,1,2))
ts=[threading.Thread(target=br) for _ in range(3)]
[t.start() for t in ts]; [t.join() for t in ts]
spin=[0]
def spinner():
    while not stop: spin[0]+=1
stop=False
t=threading.Thread(target=spinner); t.start(); time.sleep(0.05); stop=True; t.join(); print('spun',spin[0]>0)
tm=threading.Timer(0.02,print,['timer']); tm.start(); tm.join()
print(threading.active_count(), threading.current_thread().name, threading.main_thread() is threading.current_thread())
gate = threading.Event()
ts = [threading.Thread(target=gate.wait) for _ in range(500)]
for t in ts: t.start()
print(threading.active_count() > 500)
gate.set()
for t in ts: t.join()
print(threading.active_count())
def late(): time.sleep(.05); print('late')
threading.Thread(target=late).start()
threading.Thread(target=lambda: time.sleep(100),daemon=True).start()
