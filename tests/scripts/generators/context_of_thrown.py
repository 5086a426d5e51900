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
