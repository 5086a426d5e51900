"""Functions with `*args` and `**kwargs` that get nothing there: handed on, looked at, changed, kept, seen in frames and tracebacks."""
import sys


def inner(a, b=2, *args, **kwargs):
    return a + b + len(args) + len(kwargs)


def outer(*args, **kwargs):
    return inner(*args, **kwargs)


def wrapped(f):
    def call(*args, **kwargs):
        return f(*args, **kwargs)
    return call


@wrapped
@wrapped
def twice(a, b=0, *, c=1):
    return a * 2 + b + c


class Log:
    level = 30

    def enabled(self, level):
        return level >= self.level

    def write(self, level, text, *args, **kwargs):
        if self.enabled(level):
            self._write(level, text, args, **kwargs)

    def _write(self, level, text, args, extra=None, **rest):
        kept.append((level, text % args if args else text, extra, rest))


kept = []


def changed(*args, **kwargs):
    before = len(kwargs)
    kwargs['n'] = len(args)
    kwargs.setdefault('m', 5)
    return before, kwargs, args


def kept_ones(*args, **kwargs):
    return kwargs


def asked(i, *args, **kwargs):
    t = 0
    if kwargs:
        t += 100
    if not args:
        t += 1
    if 'x' in kwargs:
        t += 1000
    t += kwargs.get('y', 7)
    for k in kwargs:
        t += 10000
    if kwargs == {} and args == () and args is not kwargs:
        t += 3
    return t + i


def seen(i, *args, **kwargs):
    if i % 100 == 50:
        f = sys._getframe()
        return len(f.f_locals['kwargs']), f.f_locals['args'], sorted(f.f_locals)
    return None


def failing(i, *args, **kwargs):
    if i % 97 == 96:
        raise KeyError(i, args, kwargs)
    return i


def main(n):
    log = Log()
    t = 0
    dicts = []
    frames = []
    errors = []
    results = []
    for i in range(n):
        t += outer(i) + outer(i, 5) + outer(i, 1, 2, 3) + outer(i, b=7) + outer(a=i, z=1)
        t += twice(i) + twice(i, c=3)
        log.write(10, 'no %d', i)
        if i % 150 == 0:
            log.write(40, 'yes %d', i, extra=i)
            log.write(50, 'plain', more=i)
        before, d, rest = changed() if i % 3 else changed(1, 2)
        t += before + len(d) + d['n'] + len(rest)
        dicts.append(kept_ones())
        t += asked(i)
        s = seen(i)
        if s:
            frames.append(s)
        try:
            t += failing(i)
        except KeyError as e:
            errors.append(e.args)
        if i % 50 == 0:
            results.append(t)
    dicts[0]['a'] = 1
    dicts[-1]['b'] = 2
    print(t, results)
    print(len({id(d) for d in dicts}) == n, sum(map(len, dicts)), frames, errors)


main(400)
print(kept)


def carried(n):
    last = {}
    t = 0
    for i in range(n):
        d = kept_ones()
        t += len(last)
        if i % 7 == 0:
            d[i] = i
        last = d
    return t, last


print(carried(301), carried(295))
