"""Module docstring."""
import os.path
from sys import argv as arguments, path
from collections import *
x: int = 1
y = x + 2 * 3
a, (b, *c) = 1, (2, 3, 4)
d = e = {'k': [1, 2], **{}}
d['k'][0] = a[1:2]
d.attr += 1
del a, d['k'], e.attr
assert x, 'message'
z = 1 < x <= 3 or not y
w = 'yes' if z else 'no'
type Alias = list[int]
