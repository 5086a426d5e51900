def f(g):
    try:
        return g()
    except (ValueError, KeyError) as e:
        return e
    except TypeError:
        raise
    else:
        g(1)
    finally:
        g(2)


def groups(g):
    try:
        g()
    except* OSError as e:
        g(e)


def manager(m):
    with m as x, m:
        x.use()
