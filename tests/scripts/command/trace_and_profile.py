# sys.settrace and sys.setprofile.
import sys
events = []


def tracer(frame, event, arg):
    if frame.f_code.co_name in ('traced', 'inner', 'fails'):
        events.append((event, frame.f_code.co_name, frame.f_lineno - frame.f_code.co_firstlineno, arg if event == 'return' else None))
        return tracer


def inner(x):
    y = x + 1
    return y


def traced(n):
    total = 0
    for i in range(n):
        total += inner(i)
    return total


def fails():
    try:
        raise ValueError
    except ValueError:
        pass


sys.settrace(tracer)
traced(2)
fails()
sys.settrace(None)
for e in events:
    print(*e)
print(sys.gettrace())
calls = []


def profiler(frame, event, arg):
    if event in ('call', 'return') and frame.f_code.co_name in ('traced', 'inner'):
        calls.append((event, frame.f_code.co_name))


sys.setprofile(profiler)
traced(1)
sys.setprofile(None)
print(calls)


def generator():
    yield 1
    yield 2


seen = []
sys.settrace(lambda f, e, a: (seen.append((e, f.f_lineno - f.f_code.co_firstlineno)), (lambda *args: seen.append((args[1], args[0].f_lineno - args[0].f_code.co_firstlineno)))) [1] if f.f_code.co_name == 'generator' else None)
list(generator())
sys.settrace(None)
print(len(seen) > 4, seen[0])
