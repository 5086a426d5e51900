import _pkg.cycle_a as a
early = hasattr(a, 'name')


def late():
    return early, a.name
