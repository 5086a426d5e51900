# Objects with finalisers die with their last reference: names, temporaries, containers, generators, cycles.
import gc
import weakref


class Noisy:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print('del', self.name)


one = Noisy('one')
two = one
del one
print('one name left')
two = None
print('no name left')
Noisy('temporary')
print('after the temporary')
print(Noisy('receiver').name)


def local(argument):
    inside = Noisy('local')
    argument = None
    print('in function')


local(Noisy('argument'))
print('after function')


def failing():
    kept = Noisy('in traceback')
    raise KeyError


try:
    failing()
except KeyError:
    print('caught')
print('after handler')


def held_by_locals():
    items = [Noisy('first'), Noisy('second')]
    items.pop()
    print('popped')
    items.clear()
    print('cleared')


held_by_locals()
table = {'key': Noisy('value')}
table['key'] = 5
print('replaced')


class Holder:
    pass


holder = Holder()
holder.part = Noisy('part')
copy = holder
del holder
print('holder has another name')
del copy
print('holder gone')


def numbers():
    try:
        yield 1
        yield 2
    finally:
        print('closing')


for n in numbers():
    break
print('after break')
g = numbers()
next(g)
g = None
print('after rebinding')
loop = Noisy('cycle')
loop.me = loop
del loop
print('a cycle waits')
gc.collect()
print('collected')


def report(ref):
    print('callback', ref() is None)


class Seen:
    def __del__(self):
        print('in del', seen() is self)


target = Seen()
seen = weakref.ref(target, report)
del target
print('reference', seen())
