# Objects with more attributes than there was room for when they were made.
# gc-stress: 20
import gc


class Wide:
    pass


def fill(count):
    w = Wide()
    for i in range(count):
        setattr(w, 'a%d' % i, i)
    return w


def turn(w, times):
    for i in range(times):
        w.a0 += 1
        w.a5 = w.a5 + w.a0
        w.a9 = [w.a5, i]
        w.a3 = w.a9[0] * 0.5
    return w.a0, w.a5, w.a9, w.a3


# The first one has no room at all, the next ones have.
for w in [fill(10) for _ in range(4)]:
    print(turn(w, 700))

first = fill(0)
first.__dict__


class State:
    def __init__(this, n):
        this.count = n
        this.total = 0.0
        this.names = []
        this.last = None
        this.position = (0, 0)
        this.error = ''


def run(s, times):
    for i in range(times):
        s.total += i * 0.25
        s.last = s.position
        s.position = (i, s.count)
        if i % 50 == 0:
            s.names.append(str(i))
            s.names = list(s.names)
        if i % 97 == 0:
            gc.collect(0)
    return s.total, s.last, s.position, len(s.names), vars(s)


s = State(5)
print(run(s, 900))


# Attributes come and go while the loop is hot.
def come_and_go(s, times):
    seen = []
    for i in range(times):
        s.total = i
        if i == times // 2:
            s.extra = 'new'
            del s.error
        if i == times // 2 + 100:
            s.error = 'back'
            del s.total
            try:
                print(s.total)
            except AttributeError as e:
                print(e)
            s.total = -1
        if i % 100 == 0:
            seen.append((s.total, getattr(s, 'error', None), getattr(s, 'extra', None)))
    return seen


print(come_and_go(s, 600))


# The class gets hooks while its objects are in use.
def watched(s, times):
    total = 0
    for i in range(times):
        if i == times // 2:
            State.position = property(lambda self: i, lambda self, v: None)
        s.position = i * 2
        total += s.position
    return total


print(watched(s, 800))
del State.position
print(s.position)


class Inner(State):
    def __setattr__(self, name, value):
        super().__setattr__(name, ('set', value))


def stored(s, times):
    for i in range(times):
        s.last = i
        s.error = i + 1
    return s.last, s.error


print(stored(State(1), 500), stored(Inner(1), 500), stored(State(1), 500))


class Text(str):
    pass


class Pair(tuple):
    pass


for kind in Text, Pair, int:
    class Sub(kind):
        pass

    def keep(x, times):
        for i in range(times):
            x.one = i
            x.two = x.one + 1
            x.three = [x.two]
        return x.one, x.two, x.three

    x = Sub()
    x.zero = 0
    print(keep(x, 400), keep(Sub(), 400))
