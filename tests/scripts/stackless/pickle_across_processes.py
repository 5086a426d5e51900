# A tasklet goes on in another process, at the instruction where it stopped in the first.
import pickle
import subprocess
import sys

import stackless


class Worker(stackless.tasklet):
    """A tasklet with attributes of its own."""


def walk(tree):
    if isinstance(tree, list):
        for branch in tree:
            yield from walk(branch)
    else:
        yield tree


def work(name, log):
    total = 0
    try:
        for i, leaf in enumerate(walk([1, [2, [3, 4]], [[5]], 6])):
            total += leaf
            if i == 3:
                where = stackless.schedule('paused')
                log.append(('went on with', where))
    finally:
        log.append('finally')
    print(name, total, log)


def first():
    t = Worker(work)
    t.label = 'a worker'
    t('name', ['begun'])
    t.run()
    sys.stdout.buffer.write(pickle.dumps(t))


def second():
    t = pickle.load(sys.stdin.buffer)
    print(type(t).__name__, t.label, t.alive, t.tempval, t.recursion_depth)
    print(t.frame.f_code.co_name, sorted(t.frame.f_locals))
    t.tempval = 'another process'
    t.run()
    print(t.alive, t.label)


if sys.argv[1:] == ['first']:
    first()
elif sys.argv[1:] == ['second']:
    second()
else:
    command = [sys.executable, __file__]
    data = subprocess.run([*command, 'first'], stdout=subprocess.PIPE, check=True).stdout
    for _ in range(2):
        done = subprocess.run([*command, 'second'], input=data, stdout=subprocess.PIPE, check=True)
        print(done.stdout.decode(), end='')
