# Generators as state machines: interleaving, recursion, exceptions inside expressions, closures over loop state.
def countdown(n):
    while n:
        step = yield n
        n -= step or 1


c = countdown(10)
print(next(c), c.send(3), next(c), c.send(5), next(c, 'end'))


def permutations(items):
    if not items:
        yield ()
    for i, x in enumerate(items):
        for rest in permutations(items[:i] + items[i + 1:]):
            yield (x, *rest)


print([''.join(p) for p in permutations('abc')])


def primes():
    found = []
    n = 2
    while True:
        if all(n % p for p in found):
            found.append(n)
            yield n
        n += 1


it = primes()
print([next(it) for _ in range(15)])


def hanoi(n, a='A', b='B', c='C'):
    if n:
        yield from hanoi(n - 1, a, c, b)
        yield a + c
        yield from hanoi(n - 1, b, a, c)


print(' '.join(hanoi(4)))


def average():
    total = count = 0
    result = None
    while True:
        total += yield result
        count += 1
        result = total / count


a = average()
next(a)
print([a.send(v) for v in (10, 20, 60)])


def scheduler(tasks):
    order = []
    while tasks:
        task = tasks.pop(0)
        try:
            order.append(next(task))
            tasks.append(task)
        except StopIteration as e:
            order.append(e.value)
    return order


def task(name, n):
    for i in range(n):
        yield f'{name}{i}'
    return f'{name} done'


print(scheduler([task('a', 2), task('b', 3), task('c', 1)]))


def with_locals():
    x = [1]
    y = {'k': x}
    yield x
    x.append(2)
    yield y
    del x
    try:
        yield x
    except UnboundLocalError:
        yield 'unbound'


print(list(with_locals()))


def many_values():
    r = (yield 1), (yield 2), (yield 3)
    yield r


g = many_values()
print(next(g), g.send('a'), g.send('b'), g.send('c'))


def in_call():
    def f(*args, **kw):
        return args, kw
    return f((yield 'x'), *(yield 'args'), k=(yield 'k'), **(yield 'kw'))


g = in_call()
next(g)
for v in (1, [2, 3], 4):
    g.send(v)
try:
    g.send({'z': 5})
except StopIteration as e:
    print(e.value)


def in_subscript(d):
    d[(yield 'key')] = yield 'value'
    d['count'] += yield 'add'
    return d


g = in_subscript({'count': 1})
print(next(g), g.send('v'), g.send('k'))
try:
    g.send(10)
except StopIteration as e:
    print(e.value)


def try_in_loop():
    for i in range(4):
        try:
            if i == 2:
                raise ValueError(i)
            yield i
        except ValueError as e:
            yield f'error {e}'
        else:
            yield 'else'
        finally:
            yield f'finally {i}'


print(list(try_in_loop()))


def with_in_gen():
    class M:
        def __enter__(self):
            log.append('enter')

        def __exit__(self, *a):
            log.append('exit')
    with M():
        for i in range(3):
            with M():
                yield i


log = []
for v in with_in_gen():
    if v == 1:
        break
import gc
gc.collect()
print(log)


def comp():
    yield [x for x in (yield 'inner')]


g = comp()
print(next(g), g.send('ab'))
gens = [(x * y for x in range(3)) for y in range(3)]
print([list(g) for g in gens])


def lazily(log):
    for i in (log.append(j) or j for j in range(3)):
        yield i


log = []
it = lazily(log)
print(log, next(it), log, list(it), log)
shared = iter(range(6))
print(list(zip(shared, shared)), [next(shared, None)])


class Tree:
    def __init__(self, v, l=None, r=None):
        self.v, self.l, self.r = v, l, r

    def __iter__(self):
        if self.l:
            yield from self.l
        yield self.v
        if self.r:
            yield from self.r


t = Tree(4, Tree(2, Tree(1), Tree(3)), Tree(6, Tree(5)))
print(list(t), sum(t), max(t), 3 in t, [a - b for a, b in zip(t, t)])
