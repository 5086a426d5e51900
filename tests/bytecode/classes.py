class Base:
    """Doc."""
    count = 0

    def __init__(self, x):
        self.x = x

    def method(self, y):
        return self.x + y


class Child(Base, metaclass=type):
    def method(self, y):
        return super().method(y)


class Box[T]:
    item: T
