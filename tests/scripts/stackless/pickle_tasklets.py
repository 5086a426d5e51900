# A tasklet that is pickled goes on from its pickle at the instruction where it stopped, as often as it is loaded.
import contextlib
import pickle
import stackless
import sys

results = []


def again(function, *args):
    """Run a tasklet to where it schedules, and from there from pickles of all protocols."""
    def body():
        result = function(*args)
        results.append(result)

    results.clear()
    t = stackless.tasklet(body)()
    t.run()
    dumps = [pickle.dumps(t, p) for p in range(pickle.HIGHEST_PROTOCOL + 1)]
    while t.alive:
        t.run()
    expected = results.pop()
    for data in dumps:
        copy = pickle._loads(data)
        assert copy.alive and copy.paused and copy.restorable, copy
        while copy.alive:
            copy.run()
        got = results.pop()
        assert got == expected, (got, expected)
    print(function.__name__, expected)


def pause(value=None):
    return stackless.schedule(value)


def loop_over(make):
    def loop():
        seen = []
        for item in make():
            seen.append(item)
            if len(seen) == 3:
                pause()
        return seen
    loop.__name__ = make.__name__
    return loop


def a_list():
    return [1, 2, 3, 4, 5]


def a_tuple():
    return tuple('abcdef')


def a_range():
    return range(10, 20, 2)


def a_long_range():
    return range(2**70, 2**70 + 5)


def a_str():
    return 'grüße'


def a_dict():
    return dict.fromkeys('abcd', 1)


def dict_items():
    return dict(zip('abcd', range(4))).items()


def a_set():
    return {1, 2, 3, 4}


def an_enumeration():
    return enumerate('abcde', 7)


def a_zip():
    return zip('abcde', range(9))


def a_map():
    return map(str, range(5))


def a_filter():
    return filter(None, range(8))


def a_reversed_list():
    return reversed([1, 2, 3, 4])


def some_bytes():
    return b'abcde'


def a_generator():
    total = 0
    while total < 15:
        got = yield total
        total += 3
        assert got is None


def a_generator_expression():
    return (x * y for x in range(3) for y in range(3) if x != y)


def delegating():
    def inner():
        yield from 'ab'
        return 'end'
    last = yield from inner()
    yield last
    yield from [1, 2]


for make in (a_list, a_tuple, a_range, a_long_range, a_str, a_dict, dict_items, a_set, an_enumeration, a_zip, a_map,
             a_filter, a_reversed_list, some_bytes, a_generator, a_generator_expression, delegating):
    again(loop_over(make))


# -- frames --

def recursion(n, trace=()):
    if n:
        inner = recursion(n - 1, (*trace, n))
        return inner + [n]
    pause()
    return list(trace)


def soft_generators():
    out = []

    def numbers():
        for i in range(5):
            if i == 2:
                pause()
            got = yield i
            out.append(got)

    def middle():
        yield from numbers()

    for n in middle():
        out.append(n)
    return out


def closures():
    count = 0

    def increase():
        nonlocal count
        count += 1
        pause()
        count += 10
        return lambda: count

    f = increase()
    return f(), count


def arguments(a=1, *args, b=2, **kwargs):
    pause()
    return a, args, b, kwargs


class Box:
    def __init__(self, value):
        pause()
        self.value = value

    @property
    def halved(self):
        pause()
        return self.value // 2

    def __add__(self, other):
        pause()
        return NotImplemented

    def __radd__(self, other):
        return ('radd', other)

    def __eq__(self, other):
        pause()
        return NotImplemented

    def __lt__(self, other):
        pause()
        return True

    def __bool__(self):
        pause()
        return False

    def __contains__(self, item):
        pause()
        return item == 1

    def __getitem__(self, key):
        pause()
        return ('item', key)

    def __setitem__(self, key, value):
        pause()
        self.value = (key, value)

    def __iter__(self):
        pause()
        return iter('xyz')

    def __neg__(self):
        pause()
        return 'negative'

    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        pause()
        return 'no ' + name

    def __call__(self, x):
        pause()
        return x, self.value


def init():
    return Box(5).value


def property_getter():
    box = Box.__new__(Box)
    box.__dict__['value'] = 9
    return box.halved + 1


def special(operation):
    def run():
        box = Box.__new__(Box)
        vars(box)['value'] = 'v'
        return operation(box)
    run.__name__ = operation.__name__
    return run


def operands_of_both_sides(box):
    other = Box.__new__(Box)
    vars(other)['value'] = 1
    try:
        return box + 1
    except TypeError as e:
        return str(e)


def equality(box):
    return box == 3


def comparison_as_condition(box):
    if box < 3:
        return 'less'
    return 'not less'


def truth(box):
    return 'true' if box else 'false'


def membership(box):
    return 1 in box, 2 not in box


def item(box):
    return box['k']


def store_item(box):
    box['k'] = 1
    return box.value


def iteration(box):
    return [x for x in box]


def unary(box):
    return -box


def missing_attribute(box):
    return box.absent


def call(box):
    return box(4)


again(recursion, 20)
again(soft_generators)
again(closures)
again(arguments, 7, 8, 9)
again(init)
again(property_getter)
for operation in (operands_of_both_sides, equality, comparison_as_condition, truth, membership, item,
                  store_item, iteration, unary, missing_attribute, call):
    again(special(operation))


# -- exceptions --

def handling():
    try:
        raise KeyError('k')
    except KeyError as e:
        try:
            1 / 0
        except ZeroDivisionError:
            pause()
            inner = sys.exc_info()[0].__name__
        return e.args, inner, sys.exc_info()[0].__name__


def re_raising():
    try:
        try:
            raise ValueError('first')
        except ValueError:
            pause()
            raise
    except ValueError as e:
        return 'again', e.args


def finally_block():
    order = []
    try:
        try:
            order.append('body')
            raise OSError('lost')
        finally:
            pause()
            order.append('finally')
    except OSError as e:
        order.append(e.args)
    return order


class Manager:
    def __init__(self, where):
        self.where, self.order = where, []

    def __enter__(self):
        if self.where == 'enter':
            pause()
        self.order.append('enter')
        return self

    def __exit__(self, *info):
        if self.where == 'exit':
            pause()
        self.order.append(('exit', info[0] and info[0].__name__))
        return True


def with_block(where):
    with Manager(where) as m:
        if where == 'body':
            pause()
        m.order.append('body')
        raise ValueError(where)
    return m.order


def context_manager():
    order = []

    @contextlib.contextmanager
    def manage():
        order.append('in')
        try:
            yield 5
        finally:
            order.append('out')

    with manage() as five:
        pause()
        order.append(five)
    return order


def exception_groups():
    caught = []
    try:
        raise ExceptionGroup('g', [ValueError(1), TypeError(2)])
    except* ValueError as e:
        pause()
        caught.append(type(e).__name__)
    except* TypeError as e:
        caught.append(len(e.exceptions))
    return caught


def thrown_into_a_generator():
    def g():
        try:
            yield 1
        except ValueError as e:
            pause()
            yield 'caught', e.args

    it = g()
    next(it)
    return it.throw(ValueError('x'))


again(handling)
again(re_raising)
again(finally_block)
for where in ('enter', 'body', 'exit'):
    again(with_block, where)
again(context_manager)
again(exception_groups)


# -- matching, comprehensions, format strings --

def matching(subject):
    match subject:
        case {'a': [x, *rest], **others} if pause() is None or True:
            return x, rest, others


def comprehension():
    return {k: [pause(k) and v for v in range(2)] if k == 1 else k for k in range(3)}


def texts(name):
    return f'{name!r:>8} {pause("value")} {len(name):03}'


again(matching, {'a': [1, 2, 3], 'b': 4})
again(comprehension)
again(texts, 'name')


# -- coroutines --

class Awaitable:
    def __await__(self):
        pause()
        got = yield 'asked'
        return got


def coroutine():
    async def inner():
        return await Awaitable()

    async def outer():
        return 'outer', await inner()

    c = outer()
    first = c.send(None)
    try:
        c.send('answer')
    except StopIteration as e:
        return first, e.value


again(coroutine)
