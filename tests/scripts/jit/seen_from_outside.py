"""What tracers, frames, tracebacks, signals and limits see of compiled loops."""

import bdb
import os
import signal
import sys
import threading
import time
import traceback

events = []


def tracer(frame, event, arg):
    if frame.f_code.co_name in ('hot', 'inner', 'generate'):
        values = sorted((k, v) for k, v in frame.f_locals.items() if type(v) in (int, float))
        events.append((frame.f_code.co_name, event, frame.f_lineno - frame.f_code.co_firstlineno, values))
    return tracer


def inner(x):
    y = x * 2
    return y + 1


def generate(n):
    for i in range(n):
        yield inner(i)


def hot(n, at):
    s = 0.5
    for i in range(n):
        if i == at:
            sys.settrace(tracer)
            sys._getframe().f_trace = tracer
        s += inner(i)
        if i == at + 3:
            sys.settrace(None)
            sys._getframe().f_trace = None
    for x in generate(4):
        s += x
    return s


for k in range(3):
    print(hot(50, 30 + k), len(events))
for e in events[:14]:
    print(e)


def stack(depth):
    f, found = sys._getframe(depth), []
    while f:
        values = sorted(k for k in f.f_locals if not k.startswith('__'))
        found.append((f.f_code.co_name, f.f_lineno - f.f_code.co_firstlineno, values[:3]))
        f = f.f_back
    return found[:-1]


def asks(i):
    local = i
    return stack(0) if i % 15 == 14 else None


def looping(n):
    out = []
    for i in range(n):
        q = 1.5 * i
        found = asks(i)
        if found:
            out.append(found)
    return out


for found in looping(45):
    print(found)


def dividing(n):
    for i in range(n):
        divide(i, n)


def divide(i, n):
    pair = [i, 1 // (n - i - 5)]
    return pair


for k in range(3):
    try:
        dividing(30)
    except ZeroDivisionError as e:
        print([(t.name, t.line) for t in traceback.extract_tb(e.__traceback__)])


def deeper(n):
    return deeper(n + 1) + 1


def branching(count):
    count[0] += 1
    for i in range(2):
        branching(count)


for k in range(3):
    count = [0]
    for f, start in ((deeper, 0), (branching, count)):
        try:
            f(start)
        except RecursionError as e:
            tb, n = e.__traceback__, 0
            while tb:
                tb, n = tb.tb_next, n + 1
            print(n > 900, n < 1010, count[0] > 900 or f is deeper, count[0] < 1010)

calls = []
signal.signal(signal.SIGALRM, lambda s, f: calls.append((f.f_code.co_name, type(f.f_locals.get('i')).__name__)))


def until_called():
    i = 0
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    while not calls:
        i += 1
    return i > 0


for k in range(2):
    print(until_called(), calls)
    calls.clear()


class Stop(Exception):
    pass


def stop(s, f):
    raise Stop


signal.signal(signal.SIGALRM, stop)


def forever():
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    while True:
        pass


def caught_inside():
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    x = 0
    try:
        while True:
            x = (x + 1) & 255
    except Stop:
        return 0 <= x < 256


for k in range(2):
    try:
        forever()
    except Stop as e:
        print('stopped', e.__traceback__.tb_next.tb_frame.f_code.co_name, caught_inside())

signal.signal(signal.SIGINT, signal.default_int_handler)


def interrupted():
    t = threading.Timer(0.1, lambda: os.kill(os.getpid(), signal.SIGINT))
    t.start()
    try:
        while True:
            pass
    except KeyboardInterrupt:
        t.join()
        return 'interrupted'


print(interrupted(), interrupted())
flag = False


def set_flag():
    global flag
    time.sleep(0.05)
    flag = True


def spin():
    n = 0
    while not flag:
        n += 1
    return n > 0


for k in range(2):
    flag = False
    t = threading.Thread(target=set_flag)
    t.start()
    print(spin())
    t.join()


def out_of_memory(n):
    for i in range(n):
        try:
            [0] * (1 << 60)
        except MemoryError as e:
            kind = type(e)
    return kind


def deleting(n):
    total = 0
    for i in range(n):
        x = i
        if i % 7 == 3:
            del x
        try:
            total += x
        except UnboundLocalError as e:
            total += 1000
    return total


print(out_of_memory(30), deleting(60))


class Debugger(bdb.Bdb):
    def __init__(self):
        super().__init__()
        self.log = []

    def user_line(self, frame):
        self.log.append((frame.f_code.co_name, frame.f_lineno - frame.f_code.co_firstlineno))
        if len(self.log) % 5:
            self.set_step()
        else:
            self.set_next(frame)


debugger = Debugger()
debugger.runcall(looping, 12)
print(len(debugger.log), debugger.log[:8])
