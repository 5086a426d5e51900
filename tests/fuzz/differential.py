"""Runs random programs under two interpreters and compares what they print.

usage: python3 tests/fuzz/differential.py path/to/skein [--reference python3.11] [--count 200] [--seed 1] [--keep folder]

Programs always end (loops and recursion are bounded by fuel) and print only what the language defines: values, and the types of exceptions but not
their messages, which differ between versions. One process runs many programs, each as a function with its own namespace; when outputs
differ, the first differing program is printed and, with --keep, written to a file for minimising.
"""

import argparse
import pathlib
import random
import re
import subprocess
import sys

PRELUDE = '''
import sys
FUEL = [0]
def tick():
    FUEL[0] -= 1
    if FUEL[0] < 0:
        raise OverflowError('fuel')
    return True
def show(v, depth=0):
    if depth > 3:
        return '...'
    t = type(v)
    if t in (list, tuple):
        return t.__name__[0] + '[' + ','.join([show(x, depth + 1) for x in v[:8]]) + ']'
    if t is dict:
        return '{' + ','.join([show(k, depth + 1) + ':' + show(x, depth + 1) for k, x in list(v.items())[:8]]) + '}'
    if t in (set, frozenset):
        return 's[' + ','.join(sorted([show(x, depth + 1) for x in v])) + ']'
    if t in (int, float, bool, complex, str, bytes, type(None), range, slice):
        r = repr(v)
        return r if len(r) < 120 else r[:120] + str(len(r))
    if isinstance(v, BaseException):
        # Slices can be hashed and comprehensions are inlined only since 3.12.
        if t is KeyError and v.args and type(v.args[0]) is slice:
            return '!TypeError'
        return '!NameError' if isinstance(v, NameError) else '!' + t.__name__
    return '<' + t.__name__ + '>'
class Obj:
    cls = 3
    def __init__(self, v=0):
        self.v = v
    def __add__(self, o):
        return Obj(self.v + (o.v if isinstance(o, Obj) else o))
    __radd__ = __add__
    def __eq__(self, o):
        return isinstance(o, Obj) and self.v == o.v
    def __hash__(self):
        return hash(self.v)
    def __lt__(self, o):
        return self.v < o.v
    def __len__(self):
        return int(self.v) % 5
    def __getitem__(self, i):
        if i >= 3:
            raise IndexError(i)
        return (self.v, i)
    def __call__(self, *a, **k):
        return len(a), sorted(k)
    def __enter__(self):
        return self.v
    def __exit__(self, t, e, tb):
        return t is ValueError
    @property
    def prop(self):
        return self.v * 2
    @prop.setter
    def prop(self, x):
        self.v = x
    def method(self, a, b=2, *c, d=4, **e):
        return a, b, c, d, sorted(e)
class Sub(Obj, dict):
    def __init__(self, v=1):
        super().__init__(v)
    def __getattr__(self, n):
        if n in ('x', 'y'):
            return n
        raise AttributeError(n)
def gen(n):
    try:
        for i in range(n):
            got = yield i
            if got is not None:
                yield got
    finally:
        pass
'''

ATOMS = ['0', '1', '2', '-1', '7', '255', '2**31', '2**62', '2**63', '-2**64', '10**20', '0.5', '-2.5', '1e10', '0.1', '1e300', "''", "'a'", "'abc'", "'héé'", "'😀x'", "'1'",
         "b'xy'", 'None', 'True', 'False', '[]', '[1, 2, 3]', "['a', 'b']", '(1, 2)', '()', '{}', "{'a': 1, 'b': 2}", '{1: 2}', '{1, 2, 3}', 'set()', 'range(4)', '1j', 'Obj(3)', 'Sub(2)', 'gen(3)', '[[1], [2, 3]]', "frozenset('ab')"]
NAMES = 'abcdxyz'
BINARY = '+ - * // / % ** & | ^ << >> == != < <= > >= in is and or'.split() + ['not in', 'is not']
UNARY = ['-', '+', '~', 'not ']
CALLS = ['len', 'abs', 'sum', 'sorted', 'list', 'tuple', 'set', 'str', 'repr', 'int', 'float', 'bool', 'min', 'max', 'any', 'all', 'hash', 'round', 'reversed', 'enumerate', 'iter', 'next', 'dict', 'zip', 'type', 'chr', 'ord', 'hex', 'bytes', 'divmod', 'callable', 'range', 'frozenset', 'complex', 'bytearray', 'format', 'ascii', 'bin', 'map', 'filter', 'isinstance', 'getattr', 'pow']
METHODS = ['append({0})', 'pop()', 'pop({0})', 'sort()', 'reverse()', 'index({0})', 'count({0})', 'upper()', 'split()', 'split({0})', 'join({0})', 'strip()', 'replace({0}, {1})', 'find({0})', 'startswith({0})', 'get({0})', 'get({0}, {1})', 'keys()', 'values()', 'items()',
           'setdefault({0}, {1})', 'update({0})', 'add({0})', 'discard({0})', 'union({0})', 'extend({0})', 'insert({0}, {1})', 'remove({0})', 'copy()', 'clear()', 'bit_length()', 'conjugate()', 'encode()', 'decode()', 'zfill({0})', 'center({0})', 'partition({0})',
           'title()', 'isdigit()', 'format({0})', 'method({0})', 'method({0}, {1}, d={0})', 'send({0})', 'close()', 'popitem()', 'symmetric_difference({0})', 'splitlines()', 'lower()', 'rjust({0})', 'hex()', '__len__()', '__class__', 'prop', 'real', 'v', 'x', 'cls']


class Gen:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.lines = []

    def pick(self, items):
        return self.r.choice(items)

    def expr(self, depth):
        r = self.r
        if depth <= 0:
            return self.pick(NAMES) if r.random() < 0.6 else self.pick(ATOMS)
        k = r.randrange(24)
        e = lambda: self.expr(depth - 1)
        if k < 5:
            op = self.pick(BINARY)
            if op in ('**', '<<'):
                return f'({e()} {op} {self.pick("0123456789")})'
            if op == '*':
                return f'({e()} * {self.pick(["0", "1", "2", "3", "-1", "2.5", "a"])})'
            return f'({e()} {op} {e()})'
        if k == 5:
            return f'({self.pick(UNARY)}{e()})'
        if k == 6:
            return f'({e()} if {e()} else {e()})'
        if k in (7, 8):
            name = self.pick(CALLS)
            args = [e()] if name not in ('zip', 'divmod', 'map', 'filter', 'isinstance', 'getattr', 'pow', 'format') else {'map': ['str', e()], 'filter': ['None', e()], 'isinstance': [e(), '(int, str)'], 'getattr': [e(), "'v'", e()], 'pow': [e(), '3', '7']}.get(name, [e(), e()])
            if name == 'range':
                args = [self.pick(['0', '3', '1, 5', '5, 0, -2', 'len(a)'])]
            if name == 'bytes' or name == 'bytearray':
                args = [self.pick(['3', '[1, 2]', "b'z'", "'x', 'ascii'", '[300]'])]
            return f'{name}({", ".join(args)})'
        if k in (9, 10, 11):
            m = self.pick(METHODS)
            return f'({e()}).' + m.format(self.expr(0), self.expr(0))
        if k == 12:
            return f'[{e()}, {e()}]'
        if k == 13:
            return f'({e()}, *{self.pick(["a", "[1]", "()", e()])})'
        if k == 14:
            return f'{{{e()}: {e()}, **{self.pick(["{}", "d", "{1: 1}"])}}}'
        if k in (15, 16):
            i = self.pick(['0', '-1', '1', ':2', '::-1', '1:', '5', "'a'", self.expr(0)])
            return f'({e()})[{i}]'
        if k == 17:
            n = self.pick(NAMES)
            return f'[{self.expr(depth - 1)} for {n} in {e()} if tick()]'
        if k == 18:
            n = self.pick(NAMES)
            return f'{{{n}: {e()} for {n} in {self.pick(["range(3)", "abc"[0], "[1, 2]", "(1, 1)"])} if tick()}}'
        if k == 19:
            return f'(lambda {self.pick(["p", "p=1", "*p", "p, q=2"])}: {self.pick(["p", e()])})({self.pick(["", e(), e() + ", 5"])})'
        if k == 20:
            return f"f'{{{self.pick(NAMES)}!r}}|{{{self.pick(NAMES)}}}'"
        if k == 21:
            return f'({self.pick(NAMES)} := {e()})'
        if k == 22:
            return f'f{self.r.randrange(3)}({self.pick([e(), e() + ", " + e(), "*" + self.expr(0), "p=" + e(), "**{}"])})'
        return f'next(gen({self.pick("0123")}), {e()})'

    def emit(self, indent, text):
        self.lines.append('    ' * indent + text)

    def block(self, indent, depth, **place):
        for _ in range(self.r.randrange(1, 4)):
            self.stmt(indent, depth, **place)

    def stmt(self, indent, depth, loop=False, func=False):
        r = self.r
        k = r.randrange(22) if depth > 0 else r.randrange(10)
        e = self.expr(r.randrange(1, 4))
        n = self.pick(NAMES)
        if k < 3:
            self.emit(indent, f'{n} = {e}')
        elif k == 3:
            self.emit(indent, f'{n} {self.pick(["+=", "-=", "*=", "|=", "&=", "//="])} {self.pick([self.expr(0), "2", "1"])}' if r.random() < 0.8 else f'{n}, {self.pick(NAMES)} = {e}')
        elif k == 4:
            self.emit(indent, f'print(show({e}))')
        elif k == 5:
            self.emit(indent, f'{self.pick(NAMES)}{self.pick(["[0]", "[-1]", ".v", "[1:2]", ".prop", "[a]"])} = {e}')
        elif k == 6:
            self.emit(indent, f'{n}, *{self.pick(NAMES)} = {e}')
        elif k == 7:
            self.emit(indent, f'del {self.pick([n, n + "[0]", n + "[:1]"])}')
        elif k == 8 and func:
            self.emit(indent, f'return {e}')
        elif k == 8 and loop:
            self.emit(indent, self.pick(['break', 'continue']))
        elif k == 9:
            self.emit(indent, f'raise {self.pick(["ValueError(1)", "KeyError", "TypeError", "StopIteration(2)"])}')
        elif k in (8, 10, 11, 12):
            self.emit(indent, 'try:')
            self.block(indent + 1, depth - 1, loop=loop, func=func)
            if r.random() < 0.8:
                self.emit(indent, f'except {self.pick(["Exception", "(TypeError, ValueError)", "LookupError", "ArithmeticError"])} as {n}:')
                self.emit(indent + 1, f'print(show({n}))')
                self.block(indent + 1, depth - 1, loop=loop, func=func)
                if r.random() < 0.3:
                    self.emit(indent, 'else:')
                    self.block(indent + 1, depth - 1, loop=loop, func=func)
                if r.random() < 0.3:
                    self.emit(indent, 'finally:')
                    self.block(indent + 1, 0)
            else:
                self.emit(indent, 'finally:')
                self.block(indent + 1, 0)
        elif k == 13:
            self.emit(indent, f'if {e}:')
            self.block(indent + 1, depth - 1, loop=loop, func=func)
            if r.random() < 0.5:
                self.emit(indent, 'else:')
                self.block(indent + 1, depth - 1, loop=loop, func=func)
        elif k in (14, 15):
            self.emit(indent, f'for {self.pick([n, n, n + ", *" + self.pick(NAMES)])} in {e}:')
            self.emit(indent + 1, 'tick()')
            self.block(indent + 1, depth - 1, loop=True, func=func)
            if r.random() < 0.3:
                self.emit(indent, 'else:')
                self.block(indent + 1, depth - 1, loop=loop, func=func)
        elif k == 16:
            self.emit(indent, f'while tick() and {e}:')
            self.block(indent + 1, depth - 1, loop=True, func=func)
        elif k == 17:
            self.emit(indent, f'with Obj({self.expr(0)}) as {n}:')
            self.block(indent + 1, depth - 1, loop=loop, func=func)
        elif k == 18:
            self.emit(indent, f'def {self.pick(["f0", "f1", "f2"])}({self.pick(["", "p", "p=1, q=2", "*p", "p, *, q=3", "**p"])}):')
            if r.random() < 0.3 and indent > 1:
                self.emit(indent + 1, f'nonlocal {n}')
            self.emit(indent + 1, 'tick()')
            self.block(indent + 1, depth - 1, func=True)
        elif k == 19:
            self.emit(indent, f'match {e}:')
            for pattern in r.sample(['int(a) if a', '[b, *c]', '{1: d, **x}', 'str()', '(y, z)', 'None | True', 'Obj(v=a)', 'float() | complex()'], 2):
                self.emit(indent + 1, f'case {pattern}:')
                self.block(indent + 2, depth - 1, loop=loop, func=func)
            self.emit(indent + 1, 'case _:')
            self.emit(indent + 2, "print('default')")
        elif k == 20:
            self.emit(indent, f'class {self.pick(["f0", "f1"])}({self.pick(["", "Obj", "list", "dict", "int"])}):')
            self.emit(indent + 1, f'{n} = {self.expr(1)}')
            self.emit(indent + 1, f'def m(self, *a): return {self.expr(1)}')
        else:
            self.emit(indent, f'for {n} in gen({self.pick("0234")}):')
            self.emit(indent + 1, 'tick()')
            self.block(indent + 1, depth - 1, loop=True, func=func)

    def program(self, number):
        self.lines = [f'def program{number}():']
        values = ', '.join(self.pick(ATOMS) for _ in NAMES)
        self.emit(1, f'{", ".join(NAMES)} = {values}')
        self.emit(1, 'f0 = f1 = f2 = len')
        for _ in range(self.r.randrange(6, 16)):
            # Each statement alone, so that an early error does not end the program.
            self.emit(1, 'try:')
            self.stmt(2, 3)
            self.emit(1, 'except Exception as error:')
            self.emit(2, 'print(show(error))')
        for n in NAMES:
            self.emit(1, 'try:')
            self.emit(2, f'print(show({n}), end=" ")')
            self.emit(1, 'except Exception as error:')
            self.emit(2, 'print(show(error))')
        self.emit(1, 'print()')
        return '\n'.join(self.lines)


def call(number):
    return f'print("#", {number})\nFUEL[0] = 200\ntry:\n    program{number}()\nexcept BaseException as e:\n    print(show(e))\nsys.stdout.flush()\n'


def run(python, source):
    try:
        done = subprocess.run([*python.split(), '-W', 'ignore', '-'], input=source.encode(), capture_output=True, timeout=60, env={'PYTHONHASHSEED': '0', 'LC_ALL': 'C.UTF-8'})
    except subprocess.TimeoutExpired as e:
        return ((e.stdout or b'') + b'TIMEOUT').decode('utf-8', 'replace').split('# ')
    text = done.stdout.decode('utf-8', 'replace')
    if done.returncode:
        text += f'EXIT {done.returncode} {done.stderr.decode("utf-8", "replace")[-600:]}'
    # Addresses say nothing.
    return re.sub(r'at 0x[0-9a-f]+', 'at 0x', text).split('# ')


def compiles(source):
    try:
        compile(source, 'program', 'exec')
        return True
    except SyntaxError:
        return False


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('skein')
    parser.add_argument('--reference', default='/usr/bin/python3.11')
    parser.add_argument('--count', type=int, default=200)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--keep', type=pathlib.Path)
    parser.add_argument('--most', type=int, default=10)
    options = parser.parse_args()
    import warnings
    warnings.simplefilter('ignore')
    found = 0
    for start in range(options.seed, options.seed + options.count, 50):
        programs = {n: text for n in range(start, start + 50) if compiles(text := Gen(n).program(n))}
        source = PRELUDE + '\n'.join(text + '\n' + call(n) for n, text in programs.items())
        expected, got = run(options.reference, source), run(options.skein, source)
        wanted = dict(part.partition('\n')[::2] for part in expected[1:])
        have = dict(part.partition('\n')[::2] for part in got[1:])
        for n, text in programs.items():
            if wanted.get(str(n)) == have.get(str(n)):
                continue
            found += 1
            print(f'==== program {n}\nexpected: {wanted.get(str(n))}\ngot:      {have.get(str(n), "nothing " + got[0][:300])}')
            if options.keep:
                options.keep.mkdir(parents=True, exist_ok=True)
                (options.keep / f'program{n}.py').write_text(PRELUDE + text + '\n' + call(n))
            if found >= options.most:
                return 1
    print(f'{found} differences')
    return found != 0


if __name__ == '__main__':
    sys.exit(main())
