# The context of an exception thrown into a generator: what the generator handles, not what its caller does.
def g(): yield
def h():
    try: raise KeyError(1)
    except KeyError: yield
for make in (g, h):
    for started in (0, 1, 2):
        x = make()
        if started: next(x)
        if started == 2: list(x)
        try: 1/0
        except Exception:
            try: x.throw(ValueError())
            except ValueError as e: print(make.__name__, started, repr(e.__context__), repr(e.__context__ and e.__context__.__context__))


# Fields of builtin objects that cannot be stored to.
def attempt(o, name):
    try:
        setattr(o, name, 1)
    except AttributeError as e:
        print(e)


attempt(slice(1), 'start')
attempt(1j, 'real')
attempt(property(), 'fget')
attempt(g, '__closure__')
attempt(range(3), 'stop')


# What `async for` got cannot be awaited.
class Source:
    def __aiter__(self):
        return self

    def __anext__(self):
        return self

    def __await__(self):
        return 1 / 0


async def main():
    async for _ in Source():
        pass


try:
    main().send(None)
except TypeError as e:
    print(e, repr(e.__cause__))


# A descriptor of the metaclass that only stores does not hide the class's own attribute.
class Stores:
    def __set__(self, obj, value):
        pass


class Meta(type):
    pass


class Owner(metaclass=Meta):
    a = 42


Meta.a = Stores()
print(Owner.a)
