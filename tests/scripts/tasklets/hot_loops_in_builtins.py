# Hot loops over builtins that run Python code: compiled before there are tasklets, with them, and left inside of them.
# only: skein
# gc-stress: 20000
import functools


class Number:
    def __init__(self, n):
        self.n = n

    def __len__(self):
        return self.n

    def __repr__(self):
        return f'Number {self.n}'

    def __format__(self, spec):
        return f'<{self.n}{spec}>'

    def __hash__(self):
        return self.n

    @property
    def next(self):
        return self.n + 1

    def __getattr__(self, name):
        if name == 'seven':
            return 7
        raise AttributeError(name)


class Doubles(dict):
    def __missing__(self, key):
        return key * 2


def numbers(n):
    for i in range(n):
        yield i


def add(*numbers):
    return sum(numbers)


@functools.lru_cache(maxsize=50)
def square(n):
    return n * n


def work(n):
    total, doubles = 0, Doubles()
    for i in range(n):
        v = Number(i % 7)
        total += len(v) + hash(v) + len(f'{v}{v!r}{v:x}') + getattr(v, 'next') + getattr(v, 'seven') + getattr(v, 'no', 3)
        total += hasattr(v, 'none') + sum(numbers(3)) + add(*numbers(3)) + (2 in numbers(4)) + doubles[i] + square(i % 100)
        total += len(sorted(numbers(3))) + len(str(v))
        setattr(v, 'x', i)
        total += v.x
    return total


print(work(1500))
from stackless import run, schedule, tasklet
print(work(1500))
out = []
for _ in range(3):
    tasklet(lambda: out.append(work(700)))()
run()
print(out)


class Leaves:
    def __len__(self):
        schedule()
        return 2

    def __str__(self):
        schedule()
        return 's'

    @property
    def one(self):
        schedule()
        return 1


def leave(n, out):
    total = 0
    for i in range(n):
        v = Leaves()
        total += len(v) + len(f'{v}') + getattr(v, 'one') + sum(schedule(None) or x for x in numbers(2))
    out.append(total)


out = []
for i in range(4):
    tasklet(leave)(500 + i, out)
run()
print(out)
