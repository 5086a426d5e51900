# Who refers is finalised before what it refers to; lists and tuples let go of their last item first.
import gc


class Node:
    def __init__(self, name, *held):
        self.name, self.held = name, held

    def __del__(self):
        print('del', self.name, end=' ')


class Link:
    def __init__(self, name, to=None):
        self.name, self.to = name, to

    def __del__(self):
        print('unlink', self.name, end=' ')


x = Link(1, Link(2, Link(3)))
x = None
print('chain')
x = Node('root', Node('a', Node('a1'), Node('a2')), Node('b'))
x = None
print('tree')
shared = Link('shared')
first, second = Link('first', shared), Link('second', shared)
del shared
del second
print('second')
del first
print('first')
a = Link('a')
b = Link('b', a)
c = Link('c', [a, b])
del a, b
print('nothing yet')
del c
print('c')


class Counted(dict):
    def __del__(self):
        print(list(self), end=' ')


d = None
for i in range(30):
    d = Counted({i: d})
d = None
gc.collect()
print('dicts')


def locals_of_a_frame():
    inner = Link('inner')
    outer = Link('outer', inner)


locals_of_a_frame()
print('frame')
