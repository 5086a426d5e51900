# env: SKEIN_JIT=on
# env: SKEIN_JIT_THRESHOLD=20
# env: SKEIN_JIT_EXIT_THRESHOLD=2
"""Tasklets left inside of natives that go through generators in hot loops: switched, killed, raised into, pickled."""
import pickle
import stackless

results = []


def slow(n, name):
    for i in range(n):
        if i % 3 == 2:
            stackless.schedule()
        yield i


def work(name, turns):
    total = 0
    for t in range(turns):
        total += sum(slow(t % 5, name)) + len(set(x // 2 for x in slow(4, name))) + max(slow(3, name))
        total += len(''.join(str(x) for x in slow(5, name))) + any(x > 3 for x in slow(6, name))
        total += sum(a * b for a, b in zip(slow(4, name), slow(5, name))) + sum(i * x for i, x in enumerate(slow(4, name)))
        total += len(sorted(slow(4, name), key=lambda x: -x)) + tuple(slow(4, name))[-1] + 3 * (7 in slow(3, name))
    results.append((name, total))


for name in 'abc':
    stackless.tasklet(work)(name, 40)
stackless.run()
print(sorted(results))


def endless():
    while True:
        stackless.schedule()
        yield 1


def caught(log):
    for i in range(60):
        try:
            any(x == 0 for x in endless())
        except ValueError as e:
            log.append(e.args[0])
    log.append('done')


log = []
t = stackless.tasklet(caught)(log)
for i in range(60):
    for _ in range(3):
        stackless.schedule()
    t.raise_exception(ValueError, i)
print(len(log), log[:2], log[-1], t.alive)

t = stackless.tasklet(caught)(log)
stackless.schedule()
t.kill()
print(t.alive, log[-1])


def pickled(turns):
    total = 0
    for t in range(turns):
        total += sum(x * x for x in slow(6, 'p')) + len({*slow(5, 'p')})
    print('total', total)


t = stackless.tasklet(pickled)(50)
for _ in range(120):
    stackless.schedule()
t.remove()
copies = [pickle.loads(pickle.dumps(t)) for _ in range(2)]
for c in copies:
    c.insert()
stackless.run()
t.insert()
stackless.run()
