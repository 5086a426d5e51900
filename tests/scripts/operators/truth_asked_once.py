# What an inner `and` or `or` has asked for its truth is not asked again by the outer one.


class T:
    def __init__(self, name, truth):
        self.name, self.truth = name, truth

    def __bool__(self):
        LOG.append(self.name)
        return self.truth

    def __repr__(self):
        return self.name


def show(what, value):
    print(what, value, ' '.join(LOG))
    LOG.clear()


LOG = []
for bits in range(8):
    x, y, z = (T(n, bool(bits & b)) for n, b in (('x', 1), ('y', 2), ('z', 4)))
    show('x and y or z', x and y or z)
    show('x or y and z', x or y and z)
    show('(x or y) and z', (x or y) and z)
    show('x and (y or z)', x and (y or z))
    show('x and y and z', (x and y) and z)
    show('x or y or z', (x or y) or z)
    show('((x and y) or z) and x', ((x and y) or z) and x)
    show('x or 0 or y and 1', x or 0 or y and 1)
    show('not (x and y) or z', not (x and y) or z)
    show('if', 'yes' if x and y or z else 'no')
