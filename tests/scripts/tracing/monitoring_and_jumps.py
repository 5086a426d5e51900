# golden: 3.14
# sys.monitoring events of a tool, switching them off per place; f_lineno set by a trace function; sys.setprofile.
import gc
import sys

mon = sys.monitoring
E = mon.events
TOOL = mon.COVERAGE_ID
mon.use_tool_id(TOOL, 'script')
seen = []


def numbers():
    yield 1


def adds(n):
    for i in numbers():
        n += i
    return n


def started(code, offset):
    seen.append(f'start {code.co_name}')


def returned(code, offset, value):
    seen.append(f'return {code.co_name} {value}')


def line(code, number):
    seen.append(f'line {code.co_name} +{number - code.co_firstlineno}')


mon.register_callback(TOOL, E.PY_START, started)
mon.register_callback(TOOL, E.PY_RETURN, returned)
mon.register_callback(TOOL, E.LINE, line)
for function in adds, numbers:
    mon.set_local_events(TOOL, function.__code__, E.PY_START | E.PY_RETURN | E.LINE)
adds(1)
print(*seen, sep='\n')
seen.clear()
mon.register_callback(TOOL, E.PY_START, lambda code, offset: (seen.append(code.co_name), mon.DISABLE)[1])
mon.register_callback(TOOL, E.PY_RETURN, None)
mon.register_callback(TOOL, E.LINE, None)
adds(1), adds(2)
print(seen)
mon.restart_events()
adds(3)
print(seen, mon.get_tool(TOOL), mon.get_events(TOOL))
mon.free_tool_id(TOOL)
for wrong in (lambda: mon.set_events(TOOL, E.LINE), lambda: mon.use_tool_id(7, 'x')):
    try:
        wrong()
    except ValueError as e:
        print(e)


def steps():
    out = []
    out.append(1)
    out.append(2)
    out.append(3)
    return out


def jumping(frame, event, arg):
    if event == 'line' and frame.f_lineno == steps.__code__.co_firstlineno + 3:
        frame.f_lineno += 1
    return jumping


sys.settrace(jumping)
print(steps())
sys.settrace(None)
try:
    sys._getframe().f_lineno = 1
except ValueError as e:
    print(e)
calls = []


def profiler(frame, event, arg):
    calls.append((event, getattr(arg, '__name__', arg)))


def profiled():
    return len('abc') + int('4')


# Callbacks of weak references whose objects died long ago are not to be seen.
gc.collect()
sys.setprofile(profiler)
profiled()
sys.setprofile(None)
print(calls[:-1])
