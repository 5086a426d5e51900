# env: SKEIN_JIT=on
# env: SKEIN_JIT_THRESHOLD=20
# env: SKEIN_JIT_EXIT_THRESHOLD=2
"""`min` and `max` with a key in hot loops, and exceptions that are made and caught there."""


def nearest(n):
    found = []
    for i in range(n):
        steps = {1: i % 5, 2: 3, 7: 1}
        a = min(steps, key=lambda k: (steps[k], k))
        b = max({1, 2, 7}, key=lambda k: steps[k] * k)
        c = min([] if i % 9 == 0 else [i, 3], key=lambda k: -k, default=None)
        d = max((v for v in (3, 1, 2)), default=0, key=lambda k: -k)
        try:
            e = min(() if i % 10 == 0 else ('b', 'a'), key=lambda k: k)
        except ValueError as problem:
            e = type(problem).__name__
        try:
            f = max([1, 'a'] if i % 40 == 39 else [1, 2], key=lambda k: k)
        except TypeError as problem:
            f = type(problem).__name__
        if i > n - 12:
            found.append((a, b, c, d, e, f))
    return found


for row in nearest(200):
    print(row)


class Plain(Exception):
    pass


class WithNew(Exception):
    def __new__(cls, *args):
        made = super().__new__(cls, *args)
        made.made = len(args)
        return made


class Swallowing(ValueError):
    def __init__(self):
        pass


class Named(KeyError):
    __new__ = KeyError.__new__

    def __init__(self, name, *, hint=None):
        super().__init__(name, hint)


def raised(n):
    seen = {}
    for i in range(n):
        for make in (
            lambda: Plain(i % 3, 'x'),
            lambda: Plain(),
            lambda: WithNew(1, 2),
            lambda: Swallowing(),
            lambda: Named('n', hint=i % 2),
            lambda: ValueError('v'),
            lambda: OSError(2, 'no'),
            lambda: Swallowing('too many'),
            lambda: ValueError(v=1),
            lambda: StopIteration(i % 2),
        ):
            try:
                raise make()
            except Exception as e:
                key = type(e).__name__, str(e.args), getattr(e, 'made', None), e.__context__
                seen[key] = seen.get(key, 0) + 1
    return seen


for key, count in raised(60).items():
    print(key, count)
