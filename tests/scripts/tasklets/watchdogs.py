# run() with its limits: hard and soft interrupts, nesting, what forbids them, and who is woken.
# only: skein
import gc
import re
import stackless
from stackless import channel, run, schedule, tasklet


def busy(journal, name, rounds=3):
    for i in range(rounds):
        for _ in range(1000):
            pass
        journal.append(name)


def slices(**options):
    journal, returned = [], 0
    for name in 'ab':
        tasklet(busy)(journal, name)
    while stackless.runcount > 1:
        t = run(400, **options)
        if t is not None:
            returned += 1
            assert t.alive and t.paused
            t.insert()
    print(''.join(journal), returned > 5)


# Callbacks of what importing left behind would count as instructions.
gc.collect()
slices()
slices(totaltimeout=True)

# A soft interrupt waits for the tasklet to switch; the next one in the queue stays the first.
journal = []


def polite(name):
    for _ in range(3):
        for _ in range(1000):
            pass
        journal.append(name)
        schedule()


for name in 'ab':
    tasklet(polite)(name)
while stackless.runcount > 1:
    print(run(100, soft=True), journal, stackless.runcount)

# An atomic tasklet is interrupted when it no longer is.
journal = []


def atomic_first():
    with stackless.atomic():
        for _ in range(1000):
            pass
        journal.append('in')
    journal.append('out')
    for _ in range(1000):
        pass
    journal.append('end')


t = tasklet(atomic_first)()
print(run(50) is t, journal)
t.insert()
run()
print(journal)

# Native code below forbids it, unless the tasklet or the call says otherwise.
X = re.compile('x')


def below():
    X.sub(lambda match: busy(journal, 1, 1) or '', 'x')


for prepare, options in (lambda t: None, {}), (lambda t: t.set_ignore_nesting(True), {}), \
        (lambda t: None, {'ignore_nesting': True}):
    journal = []
    t = tasklet(below)()
    prepare(t)
    victim = run(100, **options)
    print(victim is t, journal, victim is not None and victim.nesting_level)
    if victim:
        victim.insert()
    run()
    print(journal)

# The outermost timeout counts; who is inside wakes, too.
journal = []


def inner():
    journal.append('inner begins')
    result = run(50)
    journal.append(f'inner ends with {result}')


def endless():
    while True:
        pass


tasklet(inner)()
t = tasklet(endless)()
print(run(500) is t, journal, stackless.runcount)
run()
print(journal)
t.kill()

# What waits for main's run(), and what main is handed when it waits itself.
meeting = channel()
tasklet(meeting.receive)()
print(run(), meeting.balance)
meeting.queue.kill()
tasklet(lambda: None)()
try:
    meeting.receive()
except RuntimeError as e:
    print(e)
tasklet(lambda: meeting.send_exception(KeyError, 1))()
try:
    meeting.receive()
except KeyError as e:
    print(repr(e))

# A tasklet goes on with its tempval, whoever set it.
t = tasklet(lambda: None)()
stackless.current.tempval = 'mine'
print(t.run(), stackless.current.tempval)


# Loops over a channel end at a sent StopIteration, and wait without native code below them.
def consume():
    for x in meeting:
        print('got', x)
    print('done')


t = tasklet(consume)()
run()
print(t.blocked, t.nesting_level, t.restorable)
meeting.send_sequence('ab')
meeting.send_exception(StopIteration)
run()
meeting.close()
print(list(meeting), meeting.closed)


# Finalisers of subclasses run; a plain tasklet has nothing to finalise.
class Mourned(tasklet):
    def __del__(self):
        print('gone')


Mourned(lambda: None)()
run()
gc.collect()
tasklet().__del__()

# Native stacks are found by walking a ring.
t = tasklet(below)
journal = []
t = tasklet(lambda: X.sub(lambda match: stackless.schedule_remove(), 'x'))()
run()
print(stackless.uncollectables == [t], t.nesting_level, t.cstate.task is t, stackless.current.cstate.next is t.cstate)
t.kill()
print(stackless.uncollectables, t.cstate is stackless.current.cstate)


class Cycle:
    pass


Cycle.__call__ = Cycle()
try:
    Cycle()()
except RecursionError:
    print('RecursionError')


class Other:
    __call__ = Cycle()


Cycle.__call__ = Other()
try:
    Cycle()()
except RecursionError:
    print('RecursionError')
