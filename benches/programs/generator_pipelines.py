"""Generators: pipelines ten stages long, recursive yield from, send and throw, merging of sorted streams.

usage: generator_pipelines.py [items]
"""
# perf: 1000000
import sys
from heapq import merge
from itertools import chain, islice, takewhile


def numbers(count, seed=7):
    for _ in range(count):
        seed = (seed * 69069 + 1) & 0xFFFFFFFF
        yield seed >> 8


def to_records(stream):
    for index, number in enumerate(stream):
        yield {'id': index, 'value': number % 1000, 'kind': 'abc'[number % 3]}


def only(stream, kind):
    for record in stream:
        if record['kind'] != kind:
            yield record


def scaled(stream, factor):
    for record in stream:
        record['value'] *= factor
        yield record


def running_mean(stream, width):
    window = []
    for record in stream:
        window.append(record['value'])
        if len(window) > width:
            del window[0]
        record['mean'] = sum(window) / len(window)
        yield record


def batched(stream, size):
    batch = []
    for item in stream:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def flattened(batches):
    for batch in batches:
        yield from sorted(batch, key=lambda record: record['value'])


def pairs(stream):
    previous = None
    for item in stream:
        if previous is not None:
            yield previous, item
        previous = item


def differences(stream):
    return (b['mean'] - a['mean'] for a, b in pairs(stream))


def pass_through(stream, depth):
    if depth:
        yield from pass_through(stream, depth - 1)
    else:
        yield from stream


class Tree:
    def __init__(self, value):
        self.value = value
        self.left = self.right = None

    def insert(self, value):
        side = 'left' if value < self.value else 'right'
        child = getattr(self, side)
        if child is None:
            setattr(self, side, Tree(value))
        else:
            child.insert(value)

    def __iter__(self):
        if self.left is not None:
            yield from self.left
        yield self.value
        if self.right is not None:
            yield from self.right


def averager():
    """A coroutine of the old kind: numbers in, means out; an exception starts it afresh."""
    total = count = 0
    mean = None
    while True:
        try:
            number = yield mean
        except ValueError:
            total = count = 0
            mean = None
            continue
        if number is None:
            return total
        total += number
        count += 1
        mean = total / count


def supervisor(results):
    while True:
        results.append((yield from averager()))


def primes():
    yield 2
    candidates = iter(range(3, sys.maxsize, 2))
    found = []
    for n in candidates:
        if all(n % p for p in takewhile(lambda p: p * p <= n, found)):
            found.append(n)
            yield n


def permutations(items):
    if len(items) < 2:
        yield items
        return
    for i, first in enumerate(items):
        for rest in permutations(items[:i] + items[i + 1:]):
            yield [first, *rest]


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 120000
    stream = running_mean(scaled(only(to_records(numbers(count)), 'b'), 3), 8)
    stream = differences(flattened(batched(pass_through(stream, 5), 16)))
    changes = list(stream)
    print(len(changes), f'{sum(map(abs, changes)):.6f} {max(changes):.6f}')

    tree = Tree(1 << 23)
    for n in numbers(count // 6, seed=3):
        tree.insert(n)
    ordered = list(tree)
    print(len(ordered), ordered == sorted(ordered), ordered[len(ordered) // 2])

    results = []
    coroutine = supervisor(results)
    next(coroutine)
    for index, n in enumerate(numbers(count)):
        if index % 1000 == 999:
            coroutine.send(None)
        elif index % 700 == 699:
            coroutine.throw(ValueError)
        else:
            mean = coroutine.send(n)
    coroutine.close()
    print(len(results), sum(results), f'{mean:.4f}')

    streams = [islice(primes(), i * 50, i * 50 + count // 40) for i in range(4)]
    print(sum(p * (i % 5) for i, p in enumerate(merge(*streams))))
    print(sum(p[0] * p[-1] for p in permutations(list(range(7)))))
    print(sum(1 for _ in chain.from_iterable(batched(numbers(count), 7))))


if __name__ == '__main__':
    main()
