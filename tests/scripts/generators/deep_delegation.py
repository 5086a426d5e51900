# Chains of generators that delegate to each other: values down and up, seen and disturbed from outside.
import inspect
import sys


def chain(depth, log=None):
    if depth == 0:
        got = None
        for i in range(4):
            got = yield (i, got)
        return "end"
    try:
        result = yield from chain(depth - 1, log)
    except ValueError as e:
        if depth != 3:
            raise
        result = (yield from chain(1)) + f" after {e}"
    if log is not None:
        log.append(depth)
    return result


def run(g, *sent):
    out = [next(g)]
    for v in sent:
        try:
            out.append(g.send(v))
        except StopIteration as e:
            out.append(e.value)
    return out


log = []
print(run(chain(6, log), "a", "b", "c", "d"), log)

# What each generator of a suspended chain shows.
g = chain(4)
print(next(g), next(g))
links = []
while g is not None:
    links.append(g)
    g = g.gi_yieldfrom
print(len(links), [inspect.getgeneratorstate(x) for x in links], [x.gi_frame.f_lineno for x in links])
print([x.gi_frame.f_back for x in links])

# Someone else resumes one in the middle.
print(next(links[2]), next(links[0]))
try:
    next(links[2])
except StopIteration as e:
    print("middle ended", e.value)
try:
    print(next(links[0]))
except StopIteration as e:
    print("top ended", e.value)

# While a chain runs, all of it is running.
tops = []


def nested(depth):
    if depth == 0:
        for g in tops:
            yield g.gi_running
            try:
                next(g)
            except ValueError as e:
                yield str(e)
        yield sys._getframe(3).f_code.co_name
        return
    me = nested(depth - 1)
    tops.append(me)
    yield from me


print(list(nested(3)))

# Exceptions enter in the middle and at the bottom.
g = chain(5)
next(g)
print(g.throw(ValueError("x")), next(g), next(g), next(g))
try:
    next(g)
except StopIteration as e:
    print(e.value)
g = chain(3)
next(g)
try:
    g.throw(KeyError("k"))
except KeyError as e:
    depth = 0
    t = e.__traceback__
    while t:
        depth += 1
        t = t.tb_next
    print("KeyError", depth)


def closing(depth, log):
    try:
        if depth:
            yield from closing(depth - 1, log)
        else:
            while True:
                yield depth
    finally:
        log.append(depth)


log = []
g = closing(4, log)
print([next(g) for _ in range(3)])
g.close()
print(log)


# A tree, walked recursively.
def walk(tree):
    if tree:
        left, value, right = tree
        yield from walk(left)
        yield value
        yield from walk(right)


def build(low, high):
    if low >= high:
        return None
    middle = (low + high) // 2
    return build(low, middle), middle, build(middle + 1, high)


tree = build(0, 300)
for _ in range(5):
    assert list(walk(tree)) == list(range(300))
print(sum(walk(tree)))


# Other iterators in between.
def mixed(depth):
    if depth == 0:
        yield from iter([1, 2])
        yield from (x * 10 for x in (3, 4))
    elif depth % 2:
        yield from mixed(depth - 1)
    else:
        for x in mixed(depth - 1):
            yield x


print(list(mixed(6)))


# A trace function that is set while a chain is suspended sees every frame of it.
def count_events(frame, event, arg):
    if frame.f_code is chain.__code__:
        events.append(event)
        return count_events


events = []
g = chain(3)
next(g)
next(g)
sys.settrace(count_events)
next(g)
sys.settrace(None)
print({e: events.count(e) for e in sorted(set(events))})
print(next(g))

# Deeper than the limit allows.
limit = sys.getrecursionlimit()


def endless(depth):
    yield depth
    yield from endless(depth + 1)


n = 0
try:
    for n in endless(0):
        pass
except RecursionError:
    print(n > limit // 2)

g = chain(200)
next(g)
sys.setrecursionlimit(100)
try:
    next(g)
except RecursionError as e:
    print("too deep")
sys.setrecursionlimit(limit)
try:
    print(next(g))
except StopIteration:
    print("ended")


# Coroutines delegate alike.
class Pause:
    def __await__(self):
        return (yield "pause")


async def deep(n):
    if n == 0:
        return [await Pause() for _ in range(3)]
    return await deep(n - 1)


c = deep(10)
print(c.send(None), c.send(1), c.send(2))
try:
    c.send(3)
except StopIteration as e:
    print(e.value)
