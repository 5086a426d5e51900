# What calls Python without native code between: a tasklet that is left there has nesting level 0.
# only: skein
import stackless
from stackless import channel, run, tasklet


def level(where, *args, **kwargs):
    print(where, stackless.current.nesting_level, args, kwargs)


class Callable:
    def __call__(self, *args, **kwargs):
        level('__call__', *args, **kwargs)

    def method(self, *args, **kwargs):
        level('method', *args, **kwargs)


tasklet(Callable())(1, a=2)
tasklet(Callable())(1)
tasklet(Callable().method)(1, a=2)
tasklet(level)('function', 1, a=2)
run()


async def coroutine():
    level('coroutine')
    await again()
    return 5


async def again():
    level('awaited')


def drive():
    wrapper = coroutine().__await__()
    try:
        wrapper.send(None)
    except StopIteration as e:
        print(e.value)
    try:
        next(coroutine().__await__())
    except StopIteration as e:
        print(e.value)
    try:
        wrapper.send(None)
    except RuntimeError as e:
        print(e)


tasklet(drive)()
run()


# Natives that switch, as functions of tasklets and in loops.
meeting = channel()
sender = tasklet(meeting.send)('sent')
receiver = tasklet(list)(())
run()
print(sender.blocked, sender.nesting_level, meeting.receive())


class Numbered(channel):
    count = 0

    def receive(self):
        self.count += 1
        return super().receive()


numbered = Numbered()


def loop():
    for x in numbered:
        print('received', x)
    print(numbered.count)


t = tasklet(loop)()
run()
print(t.nesting_level)
numbered.send(1)
numbered.send_exception(StopIteration)


# A tasklet that dies before it begins, and one whose function cannot be called so.
t = tasklet(level)('never')
t.kill()
t = tasklet(level, (), {'unknown': 1})
t.insert()
try:
    run()
except TypeError as e:
    print(e, t.alive)
