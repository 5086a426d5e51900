"""A virtual machine: an assembler with labels, and an interpreter for the stack code it makes.

usage: stack_machine.py [limit]
"""
# perf: 30000
import operator
import sys
from enum import IntEnum


class Op(IntEnum):
    PUSH = 1
    LOAD = 2
    STORE = 3
    ADD = 4
    SUB = 5
    MUL = 6
    DIV = 7
    MOD = 8
    LT = 9
    EQ = 10
    JUMP = 11
    JUMPZ = 12
    CALL = 13
    RET = 14
    PRINT = 15
    DUP = 16
    HALT = 17


WITH_OPERAND = {Op.PUSH, Op.LOAD, Op.STORE, Op.JUMP, Op.JUMPZ, Op.CALL}
BINARY = {
    Op.ADD: operator.add,
    Op.SUB: operator.sub,
    Op.MUL: operator.mul,
    Op.DIV: operator.floordiv,
    Op.MOD: operator.mod,
    Op.LT: operator.lt,
    Op.EQ: operator.eq,
}

SOURCE = """
        push 0
        store total
        push 0
        store longest
        push 1
        store n
next:   load n
        load limit
        lt
        jumpz done
        load n
        call collatz
        dup
        load total
        add
        store total
        dup
        load longest
        lt
        jumpz record
        store scratch           ; drop
        jump step
record: store longest
        load n
        store best
step:   load n
        push 1
        add
        store n
        jump next
done:   load total
        print
        load longest
        print
        load best
        print
        halt

collatz: store x                ; the number of steps from x to 1
        push 0
        store steps
again:  load x
        push 1
        eq
        jumpz more
        load steps
        ret
more:   load steps
        push 1
        add
        store steps
        load x
        push 2
        mod
        jumpz even
        load x
        push 3
        mul
        push 1
        add
        store x
        jump again
even:   load x
        push 2
        div
        store x
        jump again
"""


class AssemblyError(Exception):
    def __init__(self, line, message):
        super().__init__(f'line {line}: {message}')


def assemble(source, variables):
    """Turns text into a list of numbers; variables get the slots in the order of their first use."""
    labels, patches, code = {}, [], []
    slots = {name: i for i, name in enumerate(variables)}
    for number, line in enumerate(source.splitlines(), 1):
        line = line.split(';')[0].strip()
        if ':' in line:
            label, _, line = line.partition(':')
            labels[label.strip()] = len(code)
        words = line.split()
        if not words:
            continue
        try:
            op = Op[words[0].upper()]
        except KeyError:
            raise AssemblyError(number, f'unknown instruction {words[0]!r}') from None
        if (op in WITH_OPERAND) != (len(words) == 2):
            raise AssemblyError(number, f'wrong operands for {op.name}')
        code.append(int(op))
        if op is Op.PUSH:
            code.append(int(words[1]))
        elif op in (Op.LOAD, Op.STORE):
            code.append(slots.setdefault(words[1], len(slots)))
        elif op in WITH_OPERAND:
            patches.append((len(code), words[1]))
            code.append(0)
    for position, label in patches:
        code[position] = labels[label]
    return code, len(slots)


class Machine:
    def __init__(self, code, size):
        self.code = code
        self.memory = [0] * size
        self.stack = []
        self.calls = []
        self.output = []
        self.executed = 0

    def run(self):
        code, memory, stack = self.code, self.memory, self.stack
        pc = executed = 0
        while True:
            op = code[pc]
            pc += 1
            executed += 1
            if op == 1:
                stack.append(code[pc])
                pc += 1
            elif op == 2:
                stack.append(memory[code[pc]])
                pc += 1
            elif op == 3:
                memory[code[pc]] = stack.pop()
                pc += 1
            elif 4 <= op <= 10:
                right = stack.pop()
                left = stack.pop()
                stack.append(BINARY[op](left, right))
            elif op == 11:
                pc = code[pc]
            elif op == 12:
                if stack.pop():
                    pc += 1
                else:
                    pc = code[pc]
            elif op == 13:
                self.calls.append(pc + 1)
                pc = code[pc]
            elif op == 14:
                pc = self.calls.pop()
            elif op == 15:
                self.output.append(stack.pop())
            elif op == 16:
                stack.append(stack[-1])
            else:
                self.executed = executed
                return self.output


def main():
    limit = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    code, size = assemble(SOURCE, ['limit'])
    machine = Machine(code, size)
    machine.memory[0] = limit
    print(machine.run())
    print(len(code), size, machine.executed)
    try:
        assemble('push 1\nfly away', [])
    except AssemblyError as error:
        print(error)


if __name__ == '__main__':
    main()
