# golden: 3.14
# sys.settrace: call, line, return and exception events of functions, loops, handlers, generators and classes.
import sys

events = []


def tracer(frame, event, arg):
    if frame.f_code.co_filename != __file__:
        return None
    line = frame.f_lineno - frame.f_code.co_firstlineno
    if event == 'exception':
        arg = arg[0].__name__
    events.append(f'{frame.f_code.co_name} {event} +{line}' + (f' {arg!r}' if arg is not None else ''))
    return tracer


def watch(function, *args):
    events.clear()
    sys.settrace(tracer)
    try:
        function(*args)
    except Exception as e:
        outcome = repr(e)
    else:
        outcome = 'fine'
    finally:
        sys.settrace(None)
    print('==', function.__name__, outcome)
    for event in events:
        print(event)


def branches(n):
    if n > 1:
        a = 1
    elif n:
        a = 2
    else:
        a = 3
    return a


def loops():
    for i in range(2):
        pass
    while i:
        i -= 1
    while True:
        i += 1
        if i == 2:
            continue
        if i > 2:
            break
    'a constant'
    for j in (1, 2): i = j


def handlers():
    try:
        1 / 0
    except ValueError:
        pass
    except ZeroDivisionError as e:
        kept = str(e)
    else:
        kept = None
    finally:
        done = True
    try:
        return kept
    finally:
        done = None


def leaves():
    raise KeyError('k')


def through():
    try:
        leaves()
    finally:
        pass


def numbers():
    yield 1
    x = yield 2
    print(x)


def generators():
    for n in numbers():
        print(n)


class Manager:
    def __enter__(self): return None

    def __exit__(self, *args):
        return True


def managers():
    with Manager() as m:
        x = m
    with Manager():
        raise ValueError
    class Inner:
        x = 1
    return (lambda v:
            v)(2)


watch(branches, 2)
watch(branches, 1)
watch(branches, 0)
for f in loops, handlers, through, generators, managers:
    watch(f)
print(sys.gettrace())
