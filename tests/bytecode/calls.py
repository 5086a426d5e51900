def calls(f, o, args, kw):
    f()
    f(1, 2)
    f(1, key=2)
    f(*args, 1, **kw)
    o.method(1)
    o.a.b(o.c)
    print(f"{o!r:>{10}} {args}")
    return f(x := 1) + x
