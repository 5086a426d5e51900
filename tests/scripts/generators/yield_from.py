# yield from: delegation of values, sends, throws, close and results.
def inner():
    print('inner starts')
    got = yield 'a'
    print('inner got', got)
    try:
        got = yield 'b'
    except ValueError as e:
        print('inner caught', e)
        got = yield 'after catch'
    return ('result', got)


def outer():
    value = yield from inner()
    print('outer has', value)
    yield from [10, 20]
    yield from 'xy'
    empty = yield from ()
    print('empty', empty)
    return 'outer result'


g = outer()
print(next(g), g.send(1), g.throw(ValueError('v')), g.send(2), next(g), list(g))


def main():
    result = yield from outer()
    print('main', result)


print(list(main()))


class It:
    def __init__(self):
        self.n = 0

    def __iter__(self):
        return self

    def __next__(self):
        self.n += 1
        if self.n > 3:
            raise StopIteration('it result')
        return self.n

    def send(self, v):
        print('send', v)
        return ('sent', v)

    def throw(self, *exc):
        print('throw', type(exc[0]).__name__ if not isinstance(exc[0], type) else exc[0].__name__)
        return 'thrown'

    def close(self):
        print('close')


def delegate(it):
    r = yield from it
    return r


g = delegate(It())
print(next(g), g.send('x'), g.throw(KeyError('k')), next(g))
g.close()
g = delegate(It())
print(list(g))
g = delegate(It())
try:
    while True:
        next(g)
except StopIteration as e:
    print(e.value)
g = delegate(iter([1, 2]))
next(g)
try:
    g.send('value')
except AttributeError as e:
    print(e)
g = delegate(iter([1, 2]))
next(g)
try:
    g.throw(ValueError('to list iterator'))
except ValueError as e:
    print(e)


def closing():
    try:
        yield 1
        yield 2
    finally:
        print('inner cleaned')


def wrap():
    try:
        yield from closing()
    finally:
        print('outer cleaned')


g = wrap()
next(g)
g.close()
g = wrap()
print(g.gi_yieldfrom, next(g), g.gi_yieldfrom.__name__)
g.close()
try:
    list(delegate(5))
except TypeError as e:
    print(e)


def deep(n):
    if n == 0:
        x = yield 'bottom'
        return x
    return (yield from deep(n - 1)) + 1


g = deep(50)
print(next(g))
try:
    g.send(0)
except StopIteration as e:
    print(e.value)


def flatten(items):
    for item in items:
        if isinstance(item, list):
            yield from flatten(item)
        else:
            yield item


print(list(flatten([1, [2, [3, [4, []], 5]], [[6]]])))


def chain(*its):
    for it in its:
        yield from it


print(list(chain('ab', range(2), chain([9], ()), {5: 6})))


def accumulate():
    total = 0
    while True:
        value = yield
        if value is None:
            return total
        total += value


def gather(results):
    while True:
        results.append((yield from accumulate()))


results = []
g = gather(results)
next(g)
for v in (1, 2, 3, None, 10, 20, None):
    g.send(v)
print(results)


def running():
    yield from me


me = running()
try:
    next(me)
except ValueError as e:
    print(e)
