def total(items):
    s = 0
    for x in items:
        if x < 0:
            continue
        if x == 100:
            break
        s += x
    else:
        s = -1
    return s


def count(n):
    i = 0
    while i < n and i != 7:
        i = i + 1
    return i
