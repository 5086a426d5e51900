"""A language of eight signs on a tape, compiled twice: to nested closures, and to Python source for exec.

usage: tape_language.py [limit]
"""
# perf: 25000
import sys
from collections import Counter
from dataclasses import dataclass

def spell(text):
    """A program that writes text: every letter by the way from the one before."""
    code, at = [], 0
    for letter in text.encode():
        code.append(('+' if letter > at else '-') * abs(letter - at) + '.')
        at = letter
    return ''.join(code)


def products(a, b, c):
    """A program of nested loops that writes a * b * (1 + c) and 0 * b, 1 * b ... below a, all modulo 256."""
    inner = '>' + '+' * c + '[>+>+<<-]>>[<<+>>-]<<[-]<'
    row = '[->>>>>+>' + '+' * b + '[>+<-]>[-<<+>>]<<<<<<' + '>' + '+' * b + '[' + inner + '>>+<<-]<]'
    return '+' * a + row + '>>>.>>.'


@dataclass(frozen=True)
class Add:
    amount: int
    offset: int = 0


@dataclass(frozen=True)
class Move:
    amount: int


@dataclass(frozen=True)
class Loop:
    body: tuple


@dataclass(frozen=True)
class Clear:
    pass


@dataclass(frozen=True)
class Transfer:
    """A loop that only adds its counter to other cells."""

    targets: tuple


class Write:
    pass


class Read:
    pass


def parse(source):
    stack = [[]]
    for position, sign in enumerate(source):
        body = stack[-1]
        if sign in '+-':
            amount = 1 if sign == '+' else -1
            if body and isinstance(body[-1], Add):
                amount += body.pop().amount
            body.append(Add(amount))
        elif sign in '<>':
            amount = 1 if sign == '>' else -1
            if body and isinstance(body[-1], Move):
                amount += body.pop().amount
            body.append(Move(amount))
        elif sign == '.':
            body.append(Write())
        elif sign == ',':
            body.append(Read())
        elif sign == '[':
            stack.append([])
        elif sign == ']':
            if len(stack) == 1:
                raise SyntaxError(f'] without [ at {position}')
            done = stack.pop()
            stack[-1].append(simplify_loop(done))
    if len(stack) > 1:
        raise SyntaxError('[ without ]')
    return tuple(stack[0])


def simplify_loop(body):
    offset, changes = 0, Counter()
    for node in body:
        match node:
            case Move(amount):
                offset += amount
            case Add(amount):
                changes[offset] += amount
            case _:
                return Loop(tuple(body))
    if offset or changes[0] != -1:
        return Loop(tuple(body))
    del changes[0]
    return Transfer(tuple(sorted(changes.items()))) if changes else Clear()


class State:
    def __init__(self, data=b''):
        self.tape = [0] * 30000
        self.at = 0
        self.input = iter(data)
        self.output = bytearray()


def closure(node):
    match node:
        case Add(amount):

            def run(state):
                state.tape[state.at] = state.tape[state.at] + amount & 255
        case Move(amount):

            def run(state):
                state.at += amount
        case Clear():

            def run(state):
                state.tape[state.at] = 0
        case Transfer(targets):

            def run(state):
                tape, at = state.tape, state.at
                value = tape[at]
                for offset, factor in targets:
                    tape[at + offset] = tape[at + offset] + value * factor & 255
                tape[at] = 0
        case Loop(body):
            inner = sequence(body)

            def run(state):
                while state.tape[state.at]:
                    inner(state)
        case Write():

            def run(state):
                state.output.append(state.tape[state.at])
        case _:

            def run(state):
                state.tape[state.at] = next(state.input, 0)
    return run


def sequence(nodes):
    steps = [closure(node) for node in nodes]
    if len(steps) == 1:
        return steps[0]

    def run(state):
        for step in steps:
            step(state)

    return run


def to_python(nodes, indent=1):
    pad = '    ' * indent
    for node in nodes:
        match node:
            case Add(amount):
                yield f'{pad}tape[at] = tape[at] + {amount} & 255'
            case Move(amount):
                yield f'{pad}at += {amount}'
            case Clear():
                yield f'{pad}tape[at] = 0'
            case Transfer(targets):
                for offset, factor in targets:
                    yield f'{pad}tape[at + {offset}] = tape[at + {offset}] + {factor} * tape[at] & 255'
                yield f'{pad}tape[at] = 0'
            case Loop(body):
                yield f'{pad}while tape[at]:'
                yield from to_python(body, indent + 1)
            case Write():
                yield f'{pad}output.append(tape[at])'
            case _:
                yield f'{pad}tape[at] = next(data, 0)'


def compile_python(nodes):
    lines = ['def run(tape, at, data, output):', *to_python(nodes)]
    namespace = {}
    exec(compile('\n'.join(lines), '<tape>', 'exec'), namespace)
    return namespace['run'], len(lines)


def main():
    limit = int(sys.argv[1]) if len(sys.argv) > 1 else 12000
    state = State()
    sequence(parse(spell('Loops on a tape')))(state)
    print(state.output.decode(), len(spell('Loops on a tape')))
    backwards = ',[>,]<[.<]'
    data = bytes(i % 26 + 97 for i in range(limit))
    state = State(data)
    sequence(parse('>' + backwards))(state)
    print(state.output[:10], bytes(reversed(state.output)) == data)
    rounds = limit // 25
    for n in range(rounds):
        source = products(50 + n % 20, 37, 11)
        run, length = compile_python(parse(source))
        output = bytearray()
        run([0] * 30000, 0, iter(b''), output)
        state = State()
        sequence(parse(source))(state)
        assert state.output == output
    print(length, list(output), state.tape[:9])
    for wrong in ('[[]', '+]'):
        try:
            parse(wrong)
        except SyntaxError as error:
            print(error)


if __name__ == '__main__':
    main()
