"""Loops with several ways round and floats in variables: types that change, collections, frames looked at, closures."""
import gc
import sys


def ways(n, change=None):
    t, u, k = 0, 0.5, 0
    for i in range(n):
        m = i * 7 % 11
        if m < 4:
            t += u * 0.25
        elif m < 7:
            t -= 1.5
            u = u * 0.5 + i
        elif m == 7:
            k += 1
            if k % 5 == 0:
                u = t * 0.125
        else:
            t += i
        if i == change:
            t, u = "s" * 3, 2
            t = len(t)
    return round(t, 6), round(u, 6), k


print([ways(n) for n in (10, 200, 500)])
print([ways(400, c) for c in (5, 120, 333)])


def looked_at(n):
    """Somebody reads the variables, and collections run, where floats may be bits."""
    t, seen = 0.0, []
    for i in range(n):
        if i % 3:
            t += i * 0.5
        elif i % 5 == 0:
            gc.collect(0)
            t *= 0.5
        elif i % 7 == 0:
            seen.append(round(sys._getframe().f_locals["t"], 3))
        else:
            t -= 1.25
    return round(t, 6), seen[-4:], len(seen)


print(looked_at(300))


def stopped(n, at):
    t = 1.0
    try:
        for i in range(n):
            if i & 1:
                t = t * 1.01 + 0.5
            elif i == at:
                t = t / (i - at)
            elif i % 6 == 0:
                t -= 2.5
            else:
                t += 0.25
    except ZeroDivisionError as e:
        return round(t, 6), str(e), e.__traceback__.tb_lineno - stopped.__code__.co_firstlineno
    return round(t, 6)


print([stopped(200, a) for a in (10, 100, 198, 999)])


def rows(n):
    """A loop in a loop, whose floats come from outside."""
    scale, out = 0.5, []
    for r in range(n):
        s = 0.0
        for c in range(r % 5):
            if c & 1:
                s += scale * c
            else:
                s -= scale
                scale += 0.0625
        out.append(s)
        if r % 17 == 3:
            scale = 1
    return round(sum(out), 6), scale


print(rows(200))


def maker(k):
    def f(n):
        t = 0.0
        for i in range(n):
            if i % 3 == 0:
                t += k
            elif i % 3 == 1:
                t -= i * 0.5
            else:
                t *= 0.75
        return round(t, 6)

    return f


fs = [maker(1), maker(0.5), maker(2)]
print([f(n) for n in (30, 60, 90) for f in fs])


def deleted(n):
    t, lost = 0.0, 0
    for i in range(n):
        if i % 4 == 1:
            t += 0.5
        elif i % 4 == 2:
            t += i * 0.125
        elif i % 40 == 3:
            del t
            try:
                t += 1
            except UnboundLocalError:
                lost += 1
            t = 0.25
        else:
            t *= 0.5
    return round(t, 6), lost


print(deleted(300))
