# Greenlets: switching, values and exceptions on the way, parents, contexts, tracing, and the end of forgotten ones.
import abc
import contextvars
import gc
import sys
import weakref

import greenlet
from greenlet import GreenletExit, getcurrent, greenlet as Greenlet

main = getcurrent()
print(main.parent, bool(main), main.dead, main is getcurrent())


print('--- values')


def shop(first):
    order = main.switch('welcome ' + first)
    while order != 'bye':
        order = main.switch('here is ' + str(order))
    return 'closed'


g = Greenlet(shop)
print(bool(g), g.dead, g.gr_frame, g.run is shop)
print(g.switch('Ann'))
print(bool(g), g.dead, g.gr_frame.f_code.co_name, hasattr(g, 'run'))
print(g.switch('tea'), '|', g.switch(1, 2), '|', g.switch(size=3), '|', g.switch(1, size=3), '|', g.switch())
print(g.switch('bye'), bool(g), g.dead, g.gr_frame)
print(g.switch('nobody listens'), g.switch(), g.switch(a=1))


print('--- mistakes')


def attempt(f, *args):
    try:
        print('no error:', f(*args))
    except (Exception, GreenletExit) as e:
        print(type(e).__name__ + ':', e)


attempt(Greenlet().switch)
attempt(Greenlet(5).switch)
attempt(Greenlet(lambda: None).switch, 1)
attempt(setattr, g, 'run', print)
attempt(setattr, g, 'parent', 'me')
attempt(setattr, main, 'parent', g)
child = Greenlet(print, g)
attempt(setattr, g, 'parent', child)
attempt(delattr, g, 'parent')
attempt(setattr, g, 'gr_context', {})
attempt(main.throw, 'text')
attempt(main.throw, ValueError('a'), 'b')
attempt(main.throw, ValueError, 'thrown at myself')
attempt(main.throw)
print(main.switch('to myself'))


print('--- exceptions')


def fails():
    raise KeyError('lost')


def guarded():
    try:
        Greenlet(fails).switch()
    except KeyError as e:
        return 'caught ' + repr(e)


print(Greenlet(guarded).switch())


def stubborn():
    while True:
        try:
            main.switch('waiting')
        except ValueError as e:
            main.switch('got ' + repr(e))


g = Greenlet(stubborn)
print(g.switch(), g.throw(ValueError), g.switch(), g.throw(ValueError, 'x'), g.switch(), g.throw(ValueError('y')))
end = g.throw()
print(type(end).__name__, end.args, g.dead, g.throw(GreenletExit('again')).args)
attempt(g.throw, IndexError('to the parent'))
attempt(Greenlet(print).throw, IndexError('before it began'))


def handles():
    try:
        1 / 0
    except ZeroDivisionError:
        Greenlet(lambda: print('inside:', sys.exc_info()[0])).switch()
        print('outside:', sys.exc_info()[0].__name__)


Greenlet(handles).switch()


print('--- parents')
outer = Greenlet(lambda v: 'outer got %r' % (v,))
inner = Greenlet(lambda: 'result', outer)
print(inner.parent is outer, inner.switch(), inner.dead, outer.dead)
orphan = Greenlet(fails, Greenlet(lambda: None))
attempt(orphan.switch)


class Counter(Greenlet):
    def __init__(self, top):
        super().__init__()
        self.top = top

    def run(self, step):
        for i in range(0, self.top, step):
            self.parent.switch(i)
        return 'end'


c = Counter(6)
print(c.switch(2), c.switch(), c.switch(), c.switch(), c.dead, vars(c))


class Plan(Greenlet, metaclass=abc.ABCMeta):
    @abc.abstractmethod
    def run(self):
        pass


attempt(Plan)


print('--- below native code')


def key(v):
    main.switch('sorting ' + str(v))
    return -v


a, b = (Greenlet(lambda data: sorted(data, key=key)) for _ in range(2))
print(a.switch([1, 2]), b.switch([7, 8, 9]), a.switch(), b.switch(), a.switch(), b.switch(), b.switch())


class Lazy:
    def __getattr__(self, name):
        return main.switch('want ' + name)

    def __lt__(self, other):
        return main.switch('compare')


def uses():
    lazy = Lazy()
    return lazy.colour, lazy < 1, max([lazy, lazy]) is lazy, ','.join(main.switch('join') for _ in range(2))


g = Greenlet(uses)
print(g.switch(), g.switch('red'), g.switch(True), g.switch(False), g.switch('p'), g.switch('q'))


def deep(n):
    return main.switch('deep') if n == 0 else 1 + deep(n - 1)


stacks = [Greenlet(deep) for _ in range(20)]
print({s.switch(300) for s in stacks}, [s.switch(i) for i, s in enumerate(stacks)][-3:])


def produce():
    for i in range(3):
        main.switch(i)
        yield i


def consume():
    return [i * 10 for i in produce()]


g = Greenlet(consume)
print(g.switch(), g.switch(), g.switch(), g.switch())


print('--- contexts')
var = contextvars.ContextVar('var', default='unset')
var.set('main')


def in_context():
    seen = [var.get(), getcurrent().gr_context]
    var.set('own')
    main.switch(seen)
    return var.get()


g = Greenlet(in_context)
print(g.switch(), g.gr_context[var], var.get())
print(g.switch(), var.get(), g.gr_context[var])
h = Greenlet(lambda: var.get())
h.gr_context = contextvars.copy_context()
print(h.switch())


print('--- tracing')
names = {main: 'main'}


def tracer(event, args):
    print('  ', event, *(names.get(x, '?') for x in args))


def traced():
    main.switch()
    raise KeyError


g = Greenlet(traced)
names[g] = 'g'
print(greenlet.settrace(tracer))
g.switch()
attempt(g.switch)
print(greenlet.settrace(None) is tracer, greenlet.gettrace())


print('--- forgotten')


def waits(name):
    try:
        main.switch()
    except GreenletExit as e:
        print('killed', name, getcurrent().parent is main)
        raise
    finally:
        print('cleaned up', name)


def forget():
    g = Greenlet(waits)
    g.switch('first')
    return weakref.ref(g)


ref = forget()
gc.collect()
print(ref())
left = Greenlet(waits)
left.switch('not at the end of the program')
print('last line')
