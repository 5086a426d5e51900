"""Generators upon generators: ten stages deep, trees walked by delegation, values sent down and exceptions thrown in.

usage: generator_towers.py [size]
"""
# perf: 480000
import sys


def numbers(count):
    for i in range(count):
        yield i * 7919 % 10007


def only(source, test):
    for value in source:
        if test(value):
            yield value


def changed(source, change):
    return (change(value) for value in source)


def pairs(source):
    source = iter(source)
    for first in source:
        second = next(source, None)
        if second is None:
            return
        yield first, second


def without_repeats(source):
    last = object()
    for value in source:
        if value != last:
            yield value
        last = value


def running(source):
    total = 0
    for value in source:
        total = (total + value) % 65521
        yield total


def every(source, n):
    for i, value in enumerate(source):
        if i % n == 0:
            yield value


def tower(count):
    stage = numbers(count)
    stage = only(stage, lambda n: n % 5)
    stage = changed(stage, lambda n: n * 3 + 1)
    stage = without_repeats(stage)
    stage = pairs(stage)
    stage = changed(stage, lambda pair: pair[0] ^ pair[1])
    stage = running(stage)
    stage = only(stage, lambda n: n & 1)
    stage = every(stage, 3)
    return running(stage)


class Tree:
    def __init__(self, depth, label=1):
        self.label = label
        self.children = [Tree(depth - 1, label * 3 + i) for i in range(3)] if depth else []

    def __iter__(self):
        yield self.label
        for child in self.children:
            yield from child

    def leaves(self, depth=0):
        if not self.children:
            yield depth, self.label
        for child in self.children:
            yield from child.leaves(depth + 1)


def nested(depth, count):
    """A value passes through as many frames as the tower is deep."""
    if depth:
        return (yield from nested(depth - 1, count))
    total = 0
    for i in range(count):
        total += yield i
    return total


def averages():
    """Takes values, gives their mean so far; a ValueError starts anew."""
    total = count = resets = 0
    while True:
        try:
            value = yield total / count if count else 0.0
            total, count = total + value, count + 1
        except ValueError:
            total = count = 0
            resets += 1
        except GeneratorExit:
            return resets


def drive_averages(count):
    coroutine = averages()
    next(coroutine)
    best = 0.0
    for i in range(count):
        if i % 100 == 99:
            coroutine.throw(ValueError('again'))
        else:
            best = max(best, coroutine.send(i % 37))
    return best


def drive_nested(depth, count):
    generator = nested(depth, count)
    value = next(generator)
    try:
        while True:
            value = generator.send(value * 2)
    except StopIteration as end:
        return end.value


def main():
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 20000
    last = count = 0
    for last in tower(size * 2):
        count += 1
    print('tower:', count, last)
    tree = Tree(8)
    print('tree:', sum(tree), max(tree.leaves()), sum(1 for _ in tree))
    print('nested:', drive_nested(10, size))
    print('averages:', round(drive_averages(size), 4))
    squares = (x * x for x in (y + 1 for y in (z * 2 for z in range(size))) if x % 3)
    print('expressions:', sum(squares) % 1000003)
    print('any, all:', any(n > 10005 for n in numbers(size)), all(n < 10007 for n in numbers(size)))


main()
