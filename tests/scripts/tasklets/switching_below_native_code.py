import stackless
from stackless import *
ch=channel()
# hard switching: nested natively
def key(x):
    schedule(); return -x
def s(n):
    print(n, sorted([1,2,3],key=key), stackless.current.nesting_level)
for n in 'abc': tasklet(s)(n)
def other():
    for i in range(5): print('other',i); schedule()
tasklet(other)()
run()
class C:
    def __init__(self,x): self.x=x
    def __eq__(self,o): schedule(); return self.x==o.x
    @property
    def p(self): schedule(); return self.x
    def __del__(self): pass
def q(n):
    print(n, C(1) in [C(0),C(2),C(1)], C(5).p, list(map(key,[1,2])), max([3,1,2],key=key))
for n in 'xyz': tasklet(q)(n)
run()
def gen(n):
    for i in range(n):
        schedule(); yield i
def g(n):
    print(n, sum(gen(4)), list(gen(3)), [x for x in gen(3)])
for n in 'pqr': tasklet(g)(n)
run()
def deep(n):
    if n==0:
        schedule(); return 0
    return 1+max([n],key=lambda v: deep(n-1)) - n
def dd(n): print('deep',deep(n))
for i in range(3): tasklet(dd)(10)
run()
def it():
    for v in ch: print('it',v)
tasklet(it)()
def sender():
    for i in range(3): ch.send(i)
    ch.send_exception(StopIteration)
tasklet(sender)(); run()
# preempt
def spin():
    i=0
    while True: i+=1
t=tasklet(spin)()
r=run(1000); print(r is t, t.alive, t.paused); t.kill()
def cnt(n):
    for i in range(n): pass
t=tasklet(cnt)(100000)
k=0
while True:
    r=run(5000)
    if r is None: break
    k+=1; r.insert()
print(k > 50)
print(t.alive)
try:
    raise ValueError(1)
except ValueError:
    def h():
        import sys
        print(sys.exc_info())
    tasklet(h)(); run()
import contextvars
v=contextvars.ContextVar('v',default=0)
def cv(n): v.set(n); schedule(); print(v.get())
a=tasklet(cv)(1); b=tasklet(cv).set_context(contextvars.Context())(2); run()
