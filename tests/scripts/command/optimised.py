# flags: -OO
# -OO: no asserts, no docstrings, __debug__ is False.
def f():
    """doc"""
    return 5


class C:
    """class doc"""


assert False, 'not evaluated'
print(__debug__, f.__doc__, C.__doc__, f())
if __debug__:
    print('never')
import sys
print(sys.flags.optimize)
