# Argument tuples, lists of displays with stars, instances made with keywords and ranges that hot loops make and drop again.
import sys


def rest(first, *others):
    a, b = others
    return first + a * b


def count(*args):
    return len(args)


def passed_on(*args, **kwargs):
    return rest(*args) if not kwargs else kwargs


def stars(n):
    t = 0
    pair = (2, 3.5)
    for i in range(n):
        t += rest(i, 2, 3)
        t += rest(i, *pair)
        t += rest(*(i, 1, 0.5))
        t += passed_on(i, 4, 5)
        t += count() + count(i) + count(i, i, i)
        t += len([i, *pair]) + sum((*pair, i, i))
    return t


print(stars(400))


def kept(n):
    saved = []

    def keep(*args):
        if args[0] % 50 == 7:
            saved.append(args)
        return args

    for i in range(n):
        x = keep(i, i / 2)
        y = [i, *x]
        if i % 90 == 11:
            y.append("end")
            saved.append(y)
    return saved


print(kept(200))


class Item:
    def __init__(self, name, size=1, *, weight=0.5):
        self.name = name
        self.size = size
        self.weight = weight

    def total(self, *more):
        return self.size * self.weight + sum(more)


class Checked(Item):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.size == 150:
            raise ValueError(args, sorted(kwargs))


def items(n, kind):
    t, last = 0, None
    for i in range(n):
        item = kind("a", size=i, weight=2)
        t += item.total(i, 1) + kind(name="b").total()
        if i % 70 == 3:
            last = item
    return t, last.name, last.size, last.weight


print(items(300, Item))
print(items(140, Checked))
try:
    items(300, Checked)
except ValueError as e:
    print(e, sorted(k for k in e.__traceback__.tb_next.tb_frame.f_locals))


def wrong(n):
    errors = set()
    for i in range(n):
        args = (1, 2, 3) if i % 40 != 39 else (1, 2)
        try:
            rest(*args)
        except ValueError as e:
            errors.add(str(e))
        try:
            Item("a", **({"size": 3} if i % 30 else {"length": 3}))
        except TypeError as e:
            errors.add(str(e))
    return sorted(errors)


print(wrong(200))


def ranges(n):
    t = 0
    for i in range(n):
        for j in range(i & 3):
            t += j
        for j in range(i, i + 3):
            t += j
        for j in range(10, i & 7, -3):
            t -= j
        r = range(i, 2 * i)
        t += len(r) + (i in r)
        if i % 60 == 5:
            t += r[1] if len(r) > 1 else 0
            print(r, r.start, r.stop, r.step, list(range(i % 7)))
        t += sum(x for x in range(3))
    return t


print(ranges(200))


def far(n):
    last = []
    for i in range(n):
        k = (1 << 61) - 100 + i
        for j in range(k, k + 2):
            pass
        for j in range(-k, k, k):
            last.append(j)
        if i % 80 == 1:
            m = k * 4
            for j in range(m, m + 2):
                last.append(j)
        del last[:-3]
    return last


print(far(200))


def refused(n):
    errors = set()
    for i in range(n):
        try:
            for j in range(i, i + 2, 0 if i == 150 else 1):
                pass
            for j in range(i if i != 160 else "x"):
                break
        except (ValueError, TypeError) as e:
            errors.add(str(e))
    return sorted(errors)


print(refused(200))
saved_range = range


def covered(n):
    t = 0
    for i in saved_range(n):
        for j in range(2):
            t += j
        if i == 100:
            globals()["range"] = lambda k: [5]
    del globals()["range"]
    return t


print(covered(200))
