# Registers that no instruction reads again are not stored ahead of an exit; variables are, and whoever looks at them sees them.
import sys


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def plus(self, other, limit):
        dx = self.x + other.x * 2
        dy = self.y + other.y * 2
        if dx > limit:
            raise ValueError("too far")
        return Point(dx - other.x, dy - other.y)


def walk(turns, limit):
    p = Point(0, 0.5)
    step = Point(1, 1.5)
    total = 0
    for i in range(turns):
        p = p.plus(step, limit)
        total += p.x * 3 - (p.y + i) / 2
    return total


print(walk(300, 10 ** 9))


def locals_of(error):
    tb = error.__traceback__
    found = []
    while tb is not None:
        f = tb.tb_frame
        shown = {k: v for k, v in f.f_locals.items() if isinstance(v, (int, float))}
        found.append((f.f_code.co_name, sorted(shown.items())))
        tb = tb.tb_next
    return found


for limit in (1, 7, 120, 123):
    try:
        walk(300, limit)
    except ValueError as e:
        for line in locals_of(e)[1:]:
            print(limit, line)


# A frame that a callee looks at now and then.
def seen(i):
    if i % 97 == 5:
        return sorted(k for k, v in sys._getframe(1).f_locals.items() if v is not None)
    return None


def caller(n):
    out = []
    for i in range(n):
        a = i * 2
        b = a + 1.5
        c = (a, b)
        s = seen(i)
        if s:
            out.append((s, c, a + b))
    return out


for line in caller(300):
    print(line)


# Branches that are taken late go on with what the registers hold.
def branches(n):
    x, y, z = 0, 1.0, ""
    for i in range(n):
        t = (x + i) * (i & 3) + (x - i)
        if i % 50 == 49:
            x += t % 7
            z = z + "a" if t > 0 else z + "b"
        elif i % 3 == 0:
            y += t / 4 - (x * 2 - (t - i) * 0.5)
        else:
            x = (x + t) % 1001
    return x, y, z


print(branches(2000))


# What a handler reads of an instruction that raises late.
def handled(items):
    got = 0
    for i, item in enumerate(items):
        part = got + 1
        try:
            got = part + 10 // item + (part - i)
        except ZeroDivisionError:
            got = part * 2 - i
    return got


print(handled([3, 4, 5, 6] * 100 + [0, 1] * 20 + [2] * 50))
