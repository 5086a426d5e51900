# Generators: next, send, return values, state attributes.
def gen(n):
    for i in range(n):
        got = yield i
        if got:
            print('got', got)
    return 'done'


g = gen(3)
print(next(g), g.send('hello'), next(g))
try:
    next(g)
except StopIteration as e:
    print('StopIteration', e.value, e.args)
try:
    next(g)
except StopIteration as e:
    print('again', e.value)
print(list(gen(3)), [*gen(2)], sum(gen(5)), next(gen(0), 'default'), tuple(gen(1)), max(gen(4)))
g = gen(1)
try:
    g.send('early')
except TypeError as e:
    print(e)
print(g.send(None))


def empty():
    return
    yield


print(list(empty()), next(empty(), 'nothing'))


def infinite():
    n = 0
    while True:
        n += 1
        yield n


it = infinite()
print([next(it) for _ in range(5)], [x for x, _ in zip(it, range(3))], next(it))


def echo():
    received = None
    while True:
        received = yield received


e = echo()
next(e)
print(e.send(1), e.send([2]), next(e))
g = gen(2)
print(g.gi_running, g.gi_frame is not None, g.__name__, g.gi_code.co_name, g.gi_yieldfrom)
list(g)
print(g.gi_frame, g.__class__.__name__)
gx = (i * i for i in range(4))
print(next(gx), list(gx), gx.__name__)


def tree(n):
    if n:
        yield from tree(n - 1)
        yield n
        yield from tree(n - 1)


print(list(tree(3)))


def me():
    yield 'started'
    try:
        next(self)
    except ValueError as err:
        yield str(err)


self = me()
print(next(self), next(self))


def raising():
    yield 1
    raise KeyError('inside')


r = raising()
print(next(r))
try:
    next(r)
except KeyError as e:
    print('KeyError', e)
print(next(r, 'finished'))


def stops():
    yield 1
    raise StopIteration('bad')


try:
    list(stops())
except RuntimeError as e:
    print(e, type(e.__cause__).__name__)


def nested_stop():
    yield next(iter([]))


try:
    list(nested_stop())
except RuntimeError as e:
    print(e)
x = yield_expr = (lambda: (yield 5))()
print(next(x))


def expressions():
    a = (yield 1) + (yield 2)
    print('a', a)
    b = [(yield 3), (yield 4)]
    print('b', b)
    print(f'{(yield 5)}')
    return (yield)


g = expressions()
next(g)
for v in (10, 20, 30, 40, 50):
    print('yielded', g.send(v))
try:
    g.send('final')
except StopIteration as e:
    print(e.value)


def two():
    yield 1
    yield 2


a, b = two()
print(a, b, dict([two()]), {*two()}, list(zip(two(), two())), sorted(two(), reverse=True), ''.join(str(v) for v in two()))
pipeline = (x * 2 for x in (y + 1 for y in range(5) if y % 2))
print(list(pipeline))
print(any(x > 3 for x in it), all(x for x in two()), 2 in two(), 9 in two())
