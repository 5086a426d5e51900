# Tasklets whose loops become hot in small pieces of stack: their frames move where there is room for what the loops call.
# only: skein
# gc-stress: 100
import sys
import stackless
from stackless import run, schedule, tasklet


class Counter:
    def __init__(self):
        self.total = 0
        self.rows = [0] * 4

    def add(self, n):
        self.total += n
        self.rows[n & 3] += self.total & 7
        return self.total


def plain(n, out):
    c = Counter()
    for i in range(n):
        c.add(i)
        if i % 100 == 99:
            schedule()
    out.append((c.total, c.rows))


# Frame objects are made before, while and after the frames move.
def watched(n, out):
    frame = sys._getframe()
    seen = []
    c = Counter()
    for i in range(n):
        c.add(i)
        if i % 500 == 250:
            inner = below(c)
            seen.append((inner.f_back is frame, inner.f_code.co_name, frame.f_locals['i'], frame.f_lineno - inner.f_lineno))
            schedule()
    out.append((seen, frame.f_back, frame.f_code.co_name))


def below(c):
    c.add(1)
    return sys._getframe()


# A generator's frame stands elsewhere: what it calls and what runs it do not.
def numbers(n, c):
    for i in range(n):
        yield c.add(i)


def driven(n, out):
    c = Counter()

    def inner():
        total = 0
        for x in numbers(n, c):
            total += c.add(x & 1)
            if not x % 400:
                schedule()
        return total

    out.append((inner(), c.rows))


def hot_in_generator(n, out):
    c = Counter()

    def steps():
        for part in range(3):
            t = 0
            for i in range(n):
                t += c.add(i) & 3
            yield t, sys._getframe().f_back.f_code.co_name
            schedule()

    out.append(list(steps()))


# Exceptions leave through frames that moved.
def fails(n, out):
    c = Counter()

    def check(i):
        if i == n - 1:
            raise ValueError(i, c.add(i))
        return c.add(i)

    try:
        try:
            for i in range(n):
                check(i)
        finally:
            c.add(7)
            schedule()
    except ValueError as e:
        names = []
        t = e.__traceback__
        while t is not None:
            names.append((t.tb_frame.f_code.co_name, t.tb_frame.f_locals['i']))
            t = t.tb_next
        out.append((e.args, names, c.total))


def deep(k, n, c):
    if k:
        return deep(k - 1, n, c) + 1
    t = 0
    for i in range(n):
        t ^= c.add(i)
        if i % 300 == 0:
            schedule()
    return t


def recursive(n, out):
    out.append([deep(k, n, Counter()) for k in (0, 1, 2, 3, 5, 8, 40)])


for work in plain, watched, driven, hot_in_generator, fails, recursive:
    out = []
    for n in (600, 1500, 1501):
        tasklet(work)(n, out)
    run()
    print(work.__name__, *out, sep='\n  ')


# They are pickled after they moved, and go on.
import pickle

lasting = []


def pickled(n):
    c = Counter()
    for i in range(n):
        c.add(i)
        if i == n // 2:
            schedule()
    lasting.append((c.total, c.rows))


t = tasklet(pickled)(3000)
schedule()
copy = pickle.loads(pickle.dumps(t))
copy.insert()
run()
print(lasting[0] == lasting[1], lasting)
