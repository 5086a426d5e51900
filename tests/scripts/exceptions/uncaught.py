# golden: 3.14
# exit: 1
# What the interpreter prints for an exception nobody catches: carets, chain, notes.
def fail(x):
    return 10 / x


class Thing:
    def attribute(self):
        return self.missing


def chain():
    try:
        fail(0)
    except ZeroDivisionError as e:
        e.add_note('a note')
        raise ValueError('chained') from e


print('before')
try:
    Thing().attribute()
except AttributeError:
    chain()
