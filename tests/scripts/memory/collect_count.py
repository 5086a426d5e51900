# gc-stress: off
# (a collection in between would find what is counted here)
# gc.collect() says how many objects it found that reference counts would not have freed.
import gc


class Node:
    pass


def cycles(count):
    for _ in range(count):
        node = Node()
        node.me = node
        node.tail = [1, (node,)]


def plain(count):
    rows = [[i, [i]] for i in range(count)]
    return len(rows)


def suspended():
    def numbers():
        yield 1
        yield 2

    it = numbers()
    return next(it)


class Loud:
    def __del__(self):
        print('del', self.name)


def loud():
    thing = Loud()
    thing.name = 'loud'
    thing.me = thing


gc.collect()
print(gc.collect())
cycles(10)
print(gc.collect() >= 30)
print(plain(100), gc.collect())
print(suspended(), gc.collect())
loud()
print(gc.collect() >= 1)
print(gc.collect())
