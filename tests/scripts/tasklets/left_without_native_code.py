# What natives hand over to Python: inside of it a tasklet has nesting level 0, switches, and shows no frames but its own.
# only: skein
import contextvars
import functools
import os
import re
import sys
import tempfile
import traceback
import types
import stackless
from stackless import channel, run, schedule, tasklet

order = []


def here(where, result=None):
    c = stackless.current
    order.append(where)
    schedule()
    caller = sys._getframe(1)
    print(where, c.nesting_level, c.restorable, caller.f_code.co_name, caller.f_back and caller.f_back.f_code.co_name)
    return result


def fails(x):
    raise KeyError(x)


def error_in(f):
    try:
        f()
    except Exception as e:
        print(type(e).__name__, e, [f.name for f in traceback.extract_tb(e.__traceback__)])


def in_class_body():
    class Inner:
        here('class body')

    class Meta(type):
        def __init__(cls, *args):
            here('metaclass')

    class WithMeta(metaclass=Meta):
        pass


def in_exec():
    exec('here("exec")', globals())
    print(eval('here("eval", 5)', globals()))


def in_context():
    v = contextvars.ContextVar('v', default=0)
    c = contextvars.Context()
    c.run(v.set, 1)
    print(c.run(lambda: here('context', v.get())), v.get())
    print(tasklet().set_context(c).context_run(lambda x: here('tasklet context', v.get() + x), x=1), v.get())
    try:
        c.run(lambda: 1 / 0)
    except ZeroDivisionError:
        print(c.run(v.get), v.get())
    try:
        c.run(c.run, print)
    except RuntimeError as e:
        print(re.sub('0x[0-9a-f]*', '...', str(e)))


def in_functions():
    print(sorted([3, 1, 2], key=lambda n: here('sorted', -n)), sorted('bca', key=lambda x: x, reverse=True))
    print(min([3, 1], key=lambda n: here('min', -n)), max([], key=lambda n: n, default='none'))
    print(functools.reduce(lambda a, b: here('reduce', a + b), [1, 2], 10))
    print(functools.partial(lambda a, b: here('partial', a + b), 1)(b=2))
    print(any(here('any', x) for x in [0, 1, 2]), all(here('all', x) for x in [0, 1]))
    print('-'.join(here('join', x) for x in 'ab'))


def in_collections():
    print(list(here('list', x) for x in [1]), tuple(here('tuple', x) for x in [2]), set(here('set', x) for x in [3]))
    items = [0]
    items.extend(here('extend', x) for x in [1])
    print(items)
    print(list(map(lambda x: here('map', x + 1), [1, 2])), list(filter(lambda x: here('filter', x > 1), [1, 2])))
    for pair in enumerate(here('enumerate', x) for x in 'a'):
        print(pair)


class Numbers:
    def __iter__(self):
        here('__iter__')
        return self

    def __next__(self):
        here('__next__')
        raise StopIteration


def in_iterators():
    print([*(here('starred', x) for x in 'ab')], {*(here('set display', x) for x in 'a')}, [*Numbers()])
    print(next(iter(Numbers()), 'none'))
    try:
        next(Numbers())
    except StopIteration as e:
        print(repr(e))
    print(list(enumerate(here('enumerated', x) for x in 'a')), list(zip((here('zipped', x) for x in 'ab'), 'cd')))
    for pair in zip('ab', (here('zip', x) for x in 'c')):
        print(pair)
    print(min(here('least', x) for x in (2, 1)), max((here('greatest', x) for x in ()), default=3))
    items = [3, 1, 2]
    items.sort(key=lambda x: here(f'sort {items}', x))
    found = {0}
    found.update(here('update', x) for x in [1])
    print(items, found)


class Made:
    def __new__(cls, *args, **kwargs):
        here('__new__')
        return super().__new__(cls)

    def __init__(self, *args, **kwargs):
        here('__init__', print(args, kwargs))

    @property
    def inherited(self):
        return here('property', 1)

    @inherited.deleter
    def inherited(self):
        here('deleter')

    def __delitem__(self, key):
        here('__delitem__')

    def __delattr__(self, name):
        here('__delattr__')
        super().__delattr__(name)


class Descriptor:
    def __get__(self, object, type):
        return here('__get__', 2)

    def __set__(self, object, value):
        here('__set__')


class Heir(Made):
    described = Descriptor()

    @property
    def inherited(self):
        return super().inherited + 1


def in_objects():
    o = Heir(1, k=2)
    print(o.inherited, o.described)
    o.described = 3
    del o[0]
    o.own = 5
    del o.own
    base = Made()
    try:
        del base.inherited
    except AttributeError as e:
        print(e)

    class Other:
        def __new__(cls):
            return here('foreign', 7)

        __init__ = None

    class Bad:
        def __new__(cls):
            return object.__new__(cls)

        def __init__(self):
            return 1

    print(Other())
    error_in(Bad)


async def counted(n):
    for i in range(n):
        here('async generator')
        yield i


class Waits:
    def __await__(self):
        here('__await__')
        yield 'awaited'
        return 'result'

    def __aiter__(self):
        here('__aiter__')
        self.left = 1
        return self

    async def __anext__(self):
        here('__anext__')
        if not self.left:
            raise StopAsyncIteration
        self.left -= 1
        return await self

    async def __aenter__(self):
        here('__aenter__')

    async def __aexit__(self, *error):
        here('__aexit__')


async def in_coroutine():
    async for i in counted(2):
        here('async for')
        if i:
            await Waits()
    print([x async for x in Waits()], [x async for x in counted(1)])
    async with Waits():
        here('async with')

    async def fails_at_once():
        yield 1
        raise KeyError('inside')

    try:
        async for _ in fails_at_once():
            pass
    except KeyError as e:
        print(e, [f.name for f in traceback.extract_tb(e.__traceback__)])
    g = counted(1)
    a = g.__anext__()
    try:
        a.send(None)
    except StopIteration as e:
        print(e.value)
    try:
        await a
    except RuntimeError as e:
        print(e)
    try:
        await g.__anext__()
    except StopAsyncIteration as e:
        print(repr(e))


def in_coroutines():
    c = in_coroutine()
    try:
        while True:
            print(c.send(None))
    except StopIteration:
        pass


def in_import():
    folder = tempfile.mkdtemp()
    sys.path.insert(0, folder)
    with open(os.path.join(folder, 'left_here.py'), 'w') as f:
        f.write('import __main__\n__main__.here("import")\nvalue = 1\n')
    import left_here
    print(left_here.value)
    os.remove(os.path.join(folder, 'left_here.py'))
    with open(os.path.join(folder, 'left_broken.py'), 'w') as f:
        f.write('1 / 0\n')
    try:
        import left_broken
    except ZeroDivisionError as e:
        print([f.name for f in traceback.extract_tb(e.__traceback__)])


def in_sequence():
    c = channel()
    t = tasklet(c.send_sequence)(here('sequence', x) for x in 'ab')
    run()
    print(t.nesting_level, t.restorable, t.blocked, c.receive(), c.receive())
    run()
    print(t.alive)


for f in (in_class_body, in_exec, in_context, in_functions, in_collections, in_iterators, in_objects, in_coroutines, in_import, in_sequence):
    # Another one runs in between.
    tasklet(f)()
    tasklet(lambda: [schedule() for _ in range(3)])()
    run()


# Errors look as if natives did it.
error_in(lambda: sorted([1], key=fails))
error_in(lambda: list(map(fails, [1])))
error_in(lambda: list(fails(x) for x in [1]))
error_in(lambda: contextvars.copy_context().run(fails, 1))
error_in(lambda: exec('fails(1)', globals()))
error_in(lambda: min([], key=fails))
error_in(lambda: functools.reduce(fails, []))
error_in(lambda: functools.reduce(fails, 5))
error_in(lambda: types.new_class('X', (), {}, fails))

# Nor do trace functions see more.
events = []


def tracer(frame, event, arg):
    events.append((event, frame.f_code.co_name))
    return tracer


sys.settrace(tracer)
sorted([1], key=lambda x: x)
list(x for x in [1])


class Traced:
    pass


sys.settrace(None)
print(events)
