# Which function the errors about arguments name: the declaring type or module, and slot wrappers none.
import collections
import math


def error(f, *args, **kwargs):
    try:
        f(*args, **kwargs)
    except TypeError as e:
        print(e)


class Sub(dict):
    @classmethod
    def make(cls):
        return super().fromkeys('ab')


error(Sub.keys, Sub(), 1)
error(dict.keys, {}, key=1)
error(dict.__contains__, {}, 1, 2)
error(set().__contains__)
error(list.__getitem__, [])
error(list.__len__, [], 1)
error(list.__len__, [], 1, key=2)
error(int.__ceil__, 1, 2)
error(collections.deque().append)
error(collections.deque().append, 1, key=2)
error(math.isinf)
error(math.isinf, 1, x=2)
error(len)
error(len, [], x=2)
error([].append, 1, 2)
print(Sub.make())
for name in ('__contains__', '__getitem__', '__len__'):
    print(name, type(dict.__dict__[name]).__name__, type(list.__dict__[name]).__name__)
print(int.__divmod__.__doc__, '|', dict.__init__.__doc__, '|', list.__add__.__text_signature__)
