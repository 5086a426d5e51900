# A tasklet that is pickled and goes on from the pickle at each of its switches does what one does that is left alone.
# only: skein
# gc-stress: 2000
import contextvars
import functools
import pickle
import stackless
import sys
import traceback
from stackless import schedule, tasklet

journal = []


def log(*what):
    journal.append(repr(what))


def turn(v=None):
    schedule()
    return v


def numbers():
    for i in range(3):
        schedule()
        yield i


class Manager:
    def __init__(self, n):
        self.n = turn(n)

    def __enter__(self):
        log('enter', turn(self.n))
        return self

    def __exit__(self, kind, value, tb):
        log('exit', turn(self.n), kind and kind.__name__)
        return kind is KeyError


class Waits:
    def __await__(self):
        yield turn('awaited')

    def __aiter__(self):
        self.left = turn(2)
        return self

    async def __anext__(self):
        self.left -= turn(1)
        if self.left < 0:
            raise StopAsyncIteration
        return self.left

    async def __aenter__(self):
        log('aenter', turn())

    async def __aexit__(self, *error):
        log('aexit', turn())


class Meta(type):
    @classmethod
    def __prepare__(cls, name, bases, **options):
        return {'prepared': turn(1)}

    def __new__(cls, name, bases, namespace, **options):
        return turn(super()).__new__(cls, name, bases, namespace)

    def __init__(cls, name, bases, namespace, **options):
        log('meta', options)


class Operand:
    def __new__(cls, v=None):
        return turn(super().__new__(cls))

    def __init__(self, v):
        self.v = turn(v)

    def __add__(self, other):
        return turn(NotImplemented)

    def __radd__(self, other):
        return turn(self.v)

    def __eq__(self, other):
        return turn(self.v == 1)

    def __lt__(self, other):
        return turn(True)

    def __bool__(self):
        return turn(False)

    def __getattr__(self, name):
        if name.startswith('__') or name == 'v':
            raise AttributeError(name)
        return turn(name)

    def __getitem__(self, key):
        return turn(key)

    def __setitem__(self, key, value):
        log('set', key, turn(value))

    def __delitem__(self, key):
        log('del', turn(key))

    def __contains__(self, item):
        return turn(1)

    def __call__(self, *args, **kwargs):
        return turn((args, kwargs))

    def __iter__(self):
        return Steps()

    @property
    def p(self):
        return turn('p')


class Steps:
    n = 0

    def __iter__(self):
        return turn(self)

    def __next__(self):
        self.n = turn(self.n + 1)
        if self.n > 2:
            raise StopIteration
        return self.n


def in_class_body():
    class Outer:
        x = turn(1)

        class Inner:
            y = turn(2)

        def name(self):
            return __class__.__name__

    log(Outer.x, Outer.Inner.y, Outer().name(), Outer.Inner.__qualname__)


def in_metaclass():
    class Made(metaclass=Meta, option=3):
        value = turn(prepared)

    log(Made.value, Made.__name__)


def in_generators():
    def outer():
        yield (yield from numbers())

    for i in numbers():
        log(i)
    log(list(outer()), [*numbers()], {i for i in numbers()}, {turn(i): i for i in numbers()})


def in_coroutine():
    async def adds(n):
        return turn(n) + 1

    async def counted():
        for i in range(2):
            yield turn(i)

    async def all_of_it():
        log(await adds(1))
        await Waits()
        async with Waits():
            log(turn('in async with'))
        async for i in counted():
            log(turn(i))
        log([i async for i in counted()], [i async for i in Waits()])

    c = all_of_it()
    try:
        while True:
            log(c.send(None))
    except StopIteration as e:
        log(e.value)


def in_with():
    with Manager('a') as a, Manager('b'):
        raise KeyError(turn(a.n))
    log('after it')


def in_finally():
    def returns():
        try:
            return 1
        finally:
            schedule()

    log(returns())
    try:
        try:
            turn(1) / 0
        finally:
            log('finally', turn(), sys.exc_info()[0])
    except ZeroDivisionError as e:
        log(turn(), e, sys.exc_info()[0], len(traceback.extract_tb(e.__traceback__)))
    log(sys.exc_info())
    for i in range(2):
        try:
            if turn(i):
                continue
        finally:
            log('left', turn(i))


def in_groups():
    try:
        raise ExceptionGroup('both', [ValueError(1), TypeError(2)])
    except* ValueError as e:
        log(turn(), e.exceptions)
    except* TypeError as e:
        log(turn(), e.exceptions)


def in_operators():
    a, b = Operand(1), Operand(2)
    log(1 + a, a == b, a < b, not a, a.other, a[1], 3 in a, a(1, k=2), a.p)
    a[1] = 2
    del a[3]
    for i in a:
        log(i)
    if a:
        log('never')
    log([*Steps()], next(Steps()))
    try:
        a + 1
    except TypeError as e:
        log(e)


def in_functions():
    log(sorted([3, 1, 2], key=lambda x: turn(-x)), max([3, 1, 2], key=turn), min(numbers()))
    items = [3, 1, 2]
    items.sort(key=turn)
    log(items, functools.reduce(lambda a, b: turn(a + b), [1, 2, 3]), functools.partial(turn, 2)())
    log(list(map(turn, [1, 2])), any(turn(x) for x in [0, 1]), ','.join(str(i) for i in numbers()))
    for x in filter(turn, [0, 1, 2]):
        log(x)
    log(list(zip(numbers(), 'ab')), [*enumerate(numbers())])


def in_exec():
    names = {'turn': turn, 'log': log}
    exec('log("exec", turn(1))', names)
    log(eval('turn(2) + 1', names))


def in_closures():
    def inner(x, /, y=2, *rest, w, **others):
        nonlocal seen
        seen = turn((x, y, rest, w, others))

    seen = None
    functions = [lambda i=i: (turn(i), n) for i in range(2)]
    n = 7
    inner(1, w=3, e=4)
    log(seen, [f() for f in functions])


def alone(f):
    t = tasklet(f)()
    while t.alive:
        t.run()
    return 'did not wait' if not journal else ''


def pickled(f):
    t = tasklet(f)()
    for switches in range(1000):
        t.run()
        if not t.alive:
            return switches
        if not t.restorable:
            return f'not restorable at {t.frame}'
        t.remove()
        text = pickle.dumps(t, switches % (pickle.HIGHEST_PROTOCOL + 1))
        t.bind(None)
        t = pickle.loads(text)
        t.insert()


for name, f in list(globals().items()):
    if not name.startswith('in_'):
        continue
    journal.clear()
    alone(f)
    expected = journal[:]
    journal.clear()
    switches = pickled(f)
    print(name, switches, len(expected))
    if journal != expected:
        print('  alone  ', *expected)
        print('  pickled', *journal)
