# golden: 3.14
# An empty slot names the class with its module.


class A:
    __slots__ = ('x', 'y')


class Outer:
    class Inner(A):
        pass


for obj in A(), Outer.Inner():
    try:
        obj.x
    except AttributeError as e:
        print(e, e.name, e.obj is obj)
    try:
        del obj.y
    except AttributeError as e:
        print(e)
    try:
        obj.z
    except AttributeError as e:
        print(e)
