"""Random programs of tasklets and channels, run twice: by the scheduler, and by a model of it in plain Python.

    skein tests/model/tasklets.py FIRST_SEED COUNT

A program is a list of operations for each tasklet; number 0 is the main tasklet. Both runs write a journal: the result of
each operation, every switch, the number of runnable tasklets and the channels' balances. The journals must be equal. The
model knows no stacks: whatever stands between a tasklet's function and an operation, native code or frames of any kind, the
scheduler must behave as if it did not.
"""

import contextvars
import functools
import random
import re
import sys

DEADLOCK = 'Deadlock: the last runnable tasklet cannot be blocked.'


class Exit(Exception):
    """Stands for TaskletExit in the model."""


# -- programs --

def make_program(seed):
    rng = random.Random(seed)
    tasklets, channels = rng.randint(2, 6), rng.randint(1, 3)
    program = []
    for me in range(tasklets):
        ops = [make_operation(rng, me, tasklets, channels) for _ in range(rng.randint(2, 12))]
        if me == 0:
            ops = [('spawn', k) for k in range(1, tasklets) if rng.random() < 0.8] + ops
            ops += [('run',), ('run',)]
        # Two of five operations are done inside of something that calls Python, and something in that.
        program.append([(op, [rng.choice(list(WAYS)) for _ in range(rng.choice((0, 0, 0, 1, 2)))]) for op in ops])
    return program, channels


def make_operation(rng, me, tasklets, channels):
    def some_tasklet():
        return rng.randrange(0 if rng.random() < 0.15 else 1, tasklets)

    channel = rng.randrange(channels)
    kind = rng.choices(
        ['schedule', 'leave', 'send', 'receive', 'send_exception', 'insert', 'remove', 'run_it', 'switch', 'kill', 'throw',
         'preference', 'schedule_all', 'close', 'open', 'fail', 'block_trap', 'run', 'spawn'],
        [14, 3, 22, 22, 3, 6, 4, 6, 4, 4, 3, 5, 2, 1, 2, 1, 2, 4, 5])[0]
    if kind in ('schedule', 'leave'):
        return kind, rng.randrange(100)
    if kind == 'send':
        return kind, channel, rng.randrange(100)
    if kind in ('receive', 'send_exception', 'close', 'open'):
        return kind, channel
    if kind in ('insert', 'remove', 'run_it', 'switch', 'spawn'):
        return kind, some_tasklet()
    if kind in ('kill', 'throw'):
        return kind, some_tasklet(), rng.random() < 0.4
    if kind == 'preference':
        return kind, channel, rng.choice((-1, -1, 0, 1))
    if kind == 'schedule_all':
        return kind, channel, rng.random() < 0.5
    if kind == 'block_trap':
        return kind, rng.random() < 0.4
    return kind,


# -- by the scheduler --

# -- what may stand between the function of a tasklet and an operation --

def by_key(function):
    sorted((1, 2), key=lambda n: (n, function() if n == 2 else None)[0])


def by_class_body(function):
    class _:
        function()


def by_exec(function):
    exec('function()', {'function': function})


def by_eval(function):
    eval('function()', {'function': function})


def by_context(function):
    contextvars.copy_context().run(function)


def by_list_of_generator(function):
    list(function() for _ in range(1))


def by_map(function):
    for _ in map(lambda _: function(), (1,)):
        pass


def by_generator(function):
    def steps():
        yield 1
        function()
        yield 2

    for _ in steps():
        pass


def by_coroutine(function):
    async def inner():
        function()

    async def outer():
        await inner()

    try:
        outer().send(None)
    except StopIteration:
        pass


def by_operator(function):
    class Operand:
        def __add__(self, other):
            function()

    Operand() + 1


def by_property(function):
    class Owner:
        value = property(lambda self: function())

    Owner().value


def by_hash(function):
    class Key:
        def __hash__(self):
            function()
            return 1

    {Key(): 1}


def by_substitution(function):
    re.sub('x', lambda match: function() and '' or '', 'x')


def by_cache(function):
    functools.lru_cache(lambda: function())()


def by_with(function):
    class Manager:
        def __enter__(self):
            function()

        def __exit__(self, *error):
            pass

    with Manager():
        pass


WAYS = {name: way for name, way in globals().items() if name.startswith('by_')}


def inside(ways, function):
    """Call a function by way of all these; gives what it gives."""
    result = []

    def call(depth):
        if depth == len(ways):
            result.append(function())
        else:
            WAYS[ways[depth]](lambda: call(depth + 1))

    call(0)
    return result[0]


class Real:
    def __init__(self, program, channels):
        import stackless
        self.stackless = stackless
        self.program = program
        self.journal = []
        self.channels = [stackless.channel() for _ in range(channels)]
        self.tasklets = [stackless.getmain()] + [stackless.tasklet() for _ in program[1:]]
        self.numbers = {id(t): i for i, t in enumerate(self.tasklets)}
        self.spawned = [0] * len(program)

    def run(self):
        stackless = self.stackless
        stackless.set_schedule_callback(
            lambda left, next: self.journal.append(('switch', self.number(left), self.number(next))))
        try:
            self.body(0)
        except BaseException as e:
            self.journal.append((0, 'died', type(e).__name__))
        stackless.set_schedule_callback(None)
        journal = list(self.journal)
        stackless.getcurrent().block_trap = False
        self.clean_up()
        return journal

    def number(self, tasklet):
        return self.numbers.get(id(tasklet))

    def clean_up(self):
        for c in self.channels:
            c.preference, c.schedule_all = 0, False
        for _ in range(50):
            alive = [t for t in self.tasklets[1:] if t.alive]
            if not alive:
                break
            for t in alive:
                try:
                    t.block_trap = False
                    t.kill()
                except BaseException:
                    # What runs now may kill the main tasklet.
                    pass
        assert self.stackless.getruncount() == 1, 'tasklets are left'

    def body(self, me):
        for place, (op, ways) in enumerate(self.program[me]):
            if op[0] == 'fail':
                raise LookupError(f'{me}/{place}')
            try:
                if ways:
                    result = inside(ways, lambda: self.perform(op))
                else:
                    result = self.perform(op)
            except Exception as e:
                result = type(e).__name__, str(e)
            self.journal.append((me, place, op[0], result, self.stackless.getruncount(),
                                 [c.balance for c in self.channels]))
        self.journal.append((me, 'end'))

    def perform(self, op):
        stackless = self.stackless
        kind = op[0]
        if kind == 'schedule':
            return stackless.schedule(op[1])
        if kind == 'leave':
            return stackless.schedule_remove(op[1])
        if kind == 'run':
            return stackless.run()
        if kind == 'block_trap':
            stackless.getcurrent().block_trap = op[1]
            return None
        if kind in ('send', 'receive', 'send_exception', 'preference', 'schedule_all', 'close', 'open'):
            channel = self.channels[op[1]]
            if kind == 'send':
                return channel.send(op[2])
            if kind == 'receive':
                return channel.receive()
            if kind == 'send_exception':
                return channel.send_exception(ArithmeticError, 'sent')
            if kind in ('close', 'open'):
                return getattr(channel, kind)()
            setattr(channel, kind, op[2])
            return None
        tasklet = self.tasklets[op[1]]
        if kind == 'spawn':
            if op[1] == 0 or tasklet.alive or self.spawned[op[1]] >= 2:
                return 'no'
            self.spawned[op[1]] += 1
            tasklet.bind(self.body)(op[1])
            return None
        if kind == 'insert':
            tasklet.insert()
            return None
        if kind == 'remove':
            tasklet.remove()
            return None
        if kind == 'run_it':
            return tasklet.run()
        if kind == 'switch':
            return None if tasklet is stackless.getcurrent() else tasklet.switch()
        if kind == 'kill':
            return tasklet.kill(op[2])
        return tasklet.throw(ArithmeticError, 'thrown', None, op[2])


# -- by the model --

class Task:
    def __init__(self, number):
        self.number = number
        self.alive = number == 0
        self.place = 0
        self.value = None
        self.channel = None
        self.direction = 0
        self.block_trap = False
        self.waits_for_result = False


class Meeting:
    def __init__(self):
        self.waiting = []
        self.balance = 0
        self.preference = -1
        self.schedule_all = False
        self.closing = False


class Model:
    def __init__(self, program, channels):
        self.program = program
        self.journal = []
        self.channels = [Meeting() for _ in range(channels)]
        self.tasks = [Task(i) for i in range(len(program))]
        self.spawned = [0] * len(program)
        self.ring = [self.tasks[0]]
        self.current = self.tasks[0]
        self.watchdogs = []

    def run(self):
        main = self.tasks[0]
        while True:
            task = self.current
            ops = self.program[task.number]
            if task.waits_for_result:
                task.waits_for_result = False
                value, task.value = task.value, None
                if isinstance(value, Exit):
                    if task is main:
                        self.journal.append((0, 'died', 'TaskletExit'))
                        return self.journal
                    self.end(None)
                    continue
                if task.place < 0:
                    # It begins.
                    task.place = 0
                    if isinstance(value, Exception):
                        self.end(value)
                        continue
                else:
                    self.note(task, value)
                continue
            if task.place == len(ops):
                self.journal.append((task.number, 'end'))
                if task is main:
                    return self.journal
                self.end(None)
                continue
            op = ops[task.place][0]
            if op[0] == 'fail':
                error = LookupError(f'{task.number}/{task.place}')
                if task is main:
                    self.journal.append((0, 'died', 'LookupError'))
                    return self.journal
                self.end(error)
                continue
            try:
                done, value = getattr(self, 'do_' + op[0])(*op[1:])
            except Exception as e:
                done, value = True, e
            if isinstance(value, Exit):
                if task is main:
                    self.journal.append((0, 'died', 'TaskletExit'))
                    return self.journal
                self.end(None)
            elif done:
                self.note(task, value)
            else:
                task.waits_for_result = True

    def note(self, task, value):
        if isinstance(value, Exception):
            value = type(value).__name__, str(value)
        op = self.program[task.number][task.place][0]
        self.journal.append((task.number, task.place, op[0], value, len(self.ring), [c.balance for c in self.channels]))
        task.place += 1

    def jump(self, next):
        """Switch to a task in the ring: the pointer jumps, nothing is reordered."""
        if next is not self.current:
            self.journal.append(('switch', self.current.number, next.number))
        at = self.ring.index(next)
        self.ring = self.ring[at:] + self.ring[:at]
        self.current = next
        if next in self.watchdogs:
            while True:
                woken = self.watchdogs.pop()
                if woken is next:
                    break
                if woken not in self.ring:
                    self.ring.append(woken)
        return False, None

    def watchdog(self):
        return self.watchdogs[-1] if self.watchdogs else self.tasks[0]

    def unblock(self, task):
        if task.channel is not None:
            task.channel.waiting.remove(task)
            task.channel.balance -= task.direction
            task.channel = None
            task.direction = 0

    def make_runnable(self, task):
        self.unblock(task)
        if task not in self.ring:
            self.ring.append(task)

    def end(self, error):
        task = self.current
        task.alive = False
        task.value = None
        self.ring.remove(task)
        if error is not None:
            next = self.watchdog()
            self.make_runnable(next)
            next.value = error
        elif self.ring:
            next = self.ring[0]
        else:
            next = self.watchdog()
            if next.channel is not None:
                what = 'sending without a receiver' if next.direction > 0 else 'receiving without a sender'
                next.value = RuntimeError(f'the main tasklet is {what} available.')
            self.make_runnable(next)
        self.jump(next)

    def check(self, task):
        if task.channel is not None:
            raise RuntimeError('You cannot run a blocked tasklet')
        if not task.alive:
            raise RuntimeError('You cannot run an unbound(dead) tasklet')

    def nobody_left(self, channel):
        task, next = self.current, self.watchdog()
        if next.alive and next.channel is None and next not in self.ring and (next is not task or channel is None):
            if isinstance(task.value, Exception):
                next.value = task.value
            self.ring.append(next)
            return self.jump(next)
        self.unblock(task)
        task.value = None
        self.ring.append(task)
        raise RuntimeError(DEADLOCK)

    def do_schedule(self, value):
        if len(self.ring) == 1:
            return True, value
        self.current.value = value
        return self.jump(self.ring[1])

    def do_leave(self, value):
        task = self.current
        if len(self.ring) == 1 and task is self.tasks[0]:
            return True, value
        task.value = value
        self.ring.pop(0)
        return self.jump(self.ring[0]) if self.ring else self.nobody_left(None)

    def do_run(self):
        if len(self.ring) == 1:
            return True, None
        self.current.value = None
        self.ring.pop(0)
        self.watchdogs.append(self.current)
        return self.jump(self.ring[0])

    def do_block_trap(self, on):
        self.current.block_trap = on
        return True, None

    def act(self, channel, direction, value):
        task = self.current
        if channel.balance * direction >= 0:
            if task.block_trap:
                raise RuntimeError('this tasklet does not like to be blocked.')
            if channel.closing:
                raise ValueError('Send/receive operation on a closed channel')
            self.ring.pop(0)
            task.value, task.channel, task.direction = value, channel, direction
            channel.waiting.append(task)
            channel.balance += direction
            return self.jump(self.ring[0]) if self.ring else self.nobody_left(channel)
        partner = channel.waiting[0]
        self.unblock(partner)
        task.value, partner.value = partner.value, value
        if channel.schedule_all:
            self.ring.append(partner)
            return self.jump(self.ring[1])
        if channel.preference == -direction:
            self.ring.insert(1, partner)
            return self.jump(partner)
        self.ring.append(partner)
        value, task.value = task.value, None
        return True, value

    def do_send(self, channel, value):
        return self.act(self.channels[channel], 1, value)

    def do_receive(self, channel):
        return self.act(self.channels[channel], -1, None)

    def do_send_exception(self, channel):
        return self.act(self.channels[channel], 1, ArithmeticError('sent'))

    def do_preference(self, channel, value):
        self.channels[channel].preference = value
        return True, None

    def do_schedule_all(self, channel, value):
        self.channels[channel].schedule_all = value
        return True, None

    def do_close(self, channel):
        self.channels[channel].closing = True
        return True, None

    def do_open(self, channel):
        self.channels[channel].closing = False
        return True, None

    def do_spawn(self, number):
        task = self.tasks[number]
        if number == 0 or task.alive or self.spawned[number] >= 2:
            return True, 'no'
        self.spawned[number] += 1
        task.alive, task.place, task.value, task.waits_for_result = True, -1, None, True
        self.ring.append(task)
        return True, None

    def do_insert(self, number):
        task = self.tasks[number]
        self.check(task)
        if task not in self.ring:
            self.ring.append(task)
        return True, None

    def do_remove(self, number):
        task = self.tasks[number]
        if task.channel is not None:
            raise RuntimeError('You cannot remove a blocked tasklet.')
        if task is self.current:
            raise RuntimeError('The current tasklet cannot be removed.')
        if task in self.ring:
            self.ring.remove(task)
        return True, None

    def do_run_it(self, number):
        task = self.tasks[number]
        self.check(task)
        if task is self.current:
            return True, None
        if task not in self.ring:
            self.ring.append(task)
        return self.jump(task)

    def do_switch(self, number):
        task = self.tasks[number]
        if task is self.current:
            return True, None
        self.check(task)
        if task not in self.ring:
            self.ring.append(task)
        self.ring.remove(self.current)
        return self.jump(task)

    def do_kill(self, number, pending):
        return self.throw(number, Exit(), pending)

    def do_throw(self, number, pending):
        return self.throw(number, ArithmeticError('thrown'), pending)

    def throw(self, number, error, pending):
        task = self.tasks[number]
        if task is self.current:
            return True, error
        if not task.alive:
            if isinstance(error, Exit):
                return True, None
            raise RuntimeError('You cannot throw to a dead tasklet')
        self.make_runnable(task)
        task.value = error
        return (True, None) if pending else self.jump(task)


def check(seed):
    program, channels = make_program(seed)
    expected = Model(program, channels).run()
    found = Real(program, channels).run()
    if expected == found:
        return True
    print(f'seed {seed}: the journals differ')
    for me, ops in enumerate(program):
        print(f'  tasklet {me}: {ops}')
    for place, (a, b) in enumerate(zip(expected + [None], found + [None])):
        if a != b:
            for entry in expected[max(0, place - 12):place]:
                print('    both    ', entry)
            print('    expected', a)
            print('    found   ', b)
            break
    return False


def main():
    first, count = map(int, sys.argv[1:])
    wrong = 0
    for seed in range(first, first + count):
        if not check(seed):
            wrong += 1
            if wrong == 3:
                break
    print(f'{count} programs agree' if not wrong else f'{wrong} programs differ')
    sys.exit(wrong > 0)


main()
