# only: skein
# A deadlock names all that are blocked; so does a list of all tasklets.
import gc, io, re, sys, traceback, stackless
from stackless import channel, getcurrent, getmain, run, schedule, tasklet
from stackless.ext import describe, event, print_tasklets, select, semaphore, sleep, spawn, tasklets


def shown(text):
    text = re.sub(r'0x[0-9a-f]+', '0x', text)
    return re.sub(r'"[^"]*/', '".../', text)


def wait_to_receive(c):
    c.receive()


def wait_to_send(c):
    c.send(1)


a, b, e = channel(), channel(), event()
pending = [tasklet(wait_to_receive)(a), tasklet(wait_to_send)(b), tasklet(e.wait)()]


def choose():
    select(a, (b, 2))


pending.append(tasklet(choose)())
run()
print(shown(describe(pending[0])))
print(shown(describe(pending[3])))
print(shown(describe(getmain())))


def main():
    channel().receive()


try:
    main()
except RuntimeError as error:
    print(error)
    note, = error.__notes__
    first, *lines = note.splitlines()
    print(first, shown(lines[0]), *sorted(map(shown, lines[1:])), sep='\n')
    print('Blocked tasklets' in ''.join(traceback.format_exception(error)))


def shown_note(error):
    first, *lines = shown(error.__notes__[0]).splitlines()
    return '\n'.join([first, *sorted(lines)])


# The same if the last that could run ends.
tasklet(lambda: None)()
try:
    main()
except RuntimeError as error:
    print(error)
    print(shown_note(error))
# A task that nobody can end.
never = semaphore(0)
t = spawn(never.acquire)
try:
    t.join()
except RuntimeError as error:
    print(error)
    print(shown_note(error))

# A list of all that live; who can never be woken again is gone.
for p in pending:
    p.kill()
t.kill()
run()
del p, pending, t
forgotten = 5


def forget():
    for _ in range(forgotten):
        tasklet(channel().receive)()
    run()


forget()
gc.collect()
kept = tasklet(wait_to_receive)(a)
paused = tasklet(print).bind(print, ())
run()
live = tasklets()
print(kept in live, paused in live, getmain() in live, len(live) < 3 + forgotten)
text = io.StringIO()
print_tasklets(text)
text = shown(text.getvalue())
print('wait_to_receive: _stackless.tasklet at 0x waits to receive from the _stackless.channel at 0x' in text, 'c.receive()' in text,
      'not started yet: _stackless.tasklet' in text, 'the main tasklet' in text)
kept.kill()
# Many: the report is not endless.
many = [tasklet(wait_to_receive)(a) for _ in range(100)]
try:
    main()
except RuntimeError as error:
    print(len(error.__notes__[0].splitlines()), error.__notes__[0].splitlines()[-1])
