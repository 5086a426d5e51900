def add(a, b=1, *args, c, d=2, **kwargs):
    return a + b


def closure(x):
    n = 0

    def inner():
        nonlocal n
        n += x
        return n
    return inner


square = lambda x: x * x
