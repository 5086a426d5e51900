"""A small language: a tokenizer, a recursive-descent parser, a simplifier and an evaluator of the tree.

usage: expression_parser.py [rounds]
"""
# perf: 5000
import operator
import sys

OPERATORS = {
    '+': operator.add,
    '-': operator.sub,
    '*': operator.mul,
    '/': operator.floordiv,
    '<': operator.lt,
    '>': operator.gt,
    '==': operator.eq,
}
PROGRAM = """
let square(x) = x * x;
let max(a, b) = if a > b then a else b;
let fib(n) = if n < 2 then n else fib(n - 1) + fib(n - 2);
let power(base, n) = if n == 0 then 1 else base * power(base, n - 1);
let sum(f, t) = if f > t then 0 else square(f) - 2 * f + 1 + sum(f + 1, t);
let gcd(a, b) = if b == 0 then a else gcd(b, a - a / b * b);
max(fib(12), power(3, 1 + 2 * 2)) + sum(0 + 1, 40) * (1 * gcd(1071, 462));
"""


class Token:
    __slots__ = ('kind', 'text', 'line')

    def __init__(self, kind, text, line):
        self.kind = kind
        self.text = text
        self.line = line


def tokenize(source):
    tokens, position, line = [], 0, 1
    while position < len(source):
        c = source[position]
        if c == '\n':
            line += 1
            position += 1
        elif c.isspace():
            position += 1
        elif c.isdigit():
            start = position
            while position < len(source) and source[position].isdigit():
                position += 1
            tokens.append(Token('number', source[start:position], line))
        elif c.isalpha():
            start = position
            while position < len(source) and source[position].isalnum():
                position += 1
            word = source[start:position]
            kind = word if word in ('let', 'if', 'then', 'else') else 'name'
            tokens.append(Token(kind, word, line))
        elif source.startswith('==', position):
            tokens.append(Token('==', '==', line))
            position += 2
        elif c in '+-*/()=<>,;':
            tokens.append(Token(c, c, line))
            position += 1
        else:
            raise SyntaxError(f'line {line}: what is {c!r}?')
    tokens.append(Token('end', '', line))
    return tokens


class Node:
    def simplify(self):
        return self


class Number(Node):
    def __init__(self, value):
        self.value = value

    def evaluate(self, functions, env):
        return self.value


class Name(Node):
    def __init__(self, name):
        self.name = name

    def evaluate(self, functions, env):
        return env[self.name]


class Binary(Node):
    def __init__(self, op, left, right):
        self.op, self.left, self.right = op, left, right

    def simplify(self):
        left, right = self.left.simplify(), self.right.simplify()
        if isinstance(left, Number) and isinstance(right, Number):
            return Number(OPERATORS[self.op](left.value, right.value))
        if self.op == '*' and isinstance(left, Number) and left.value == 1:
            return right
        return Binary(self.op, left, right)

    def evaluate(self, functions, env):
        left = self.left.evaluate(functions, env)
        right = self.right.evaluate(functions, env)
        return OPERATORS[self.op](left, right)


class If(Node):
    def __init__(self, condition, yes, no):
        self.condition, self.yes, self.no = condition, yes, no

    def simplify(self):
        return If(self.condition.simplify(), self.yes.simplify(), self.no.simplify())

    def evaluate(self, functions, env):
        if self.condition.evaluate(functions, env):
            return self.yes.evaluate(functions, env)
        return self.no.evaluate(functions, env)


class Call(Node):
    def __init__(self, name, args):
        self.name, self.args = name, args

    def simplify(self):
        return Call(self.name, [arg.simplify() for arg in self.args])

    def evaluate(self, functions, env):
        params, body = functions[self.name]
        values = [arg.evaluate(functions, env) for arg in self.args]
        return body.evaluate(functions, dict(zip(params, values)))


class Parser:
    LEVELS = [('<', '>', '=='), ('+', '-'), ('*', '/')]

    def __init__(self, source):
        self.tokens = tokenize(source)
        self.position = 0

    @property
    def kind(self):
        return self.tokens[self.position].kind

    def take(self, kind):
        token = self.tokens[self.position]
        if token.kind != kind:
            raise SyntaxError(f'line {token.line}: expected {kind}, got {token.text!r}')
        self.position += 1
        return token.text

    def program(self):
        functions = {}
        while self.kind == 'let':
            self.take('let')
            name = self.take('name')
            params = self.listed(lambda: self.take('name'))
            self.take('=')
            functions[name] = params, self.expression()
            self.take(';')
        result = self.expression()
        self.take(';')
        self.take('end')
        return functions, result

    def listed(self, item):
        self.take('(')
        items = [item()]
        while self.kind == ',':
            self.take(',')
            items.append(item())
        self.take(')')
        return items

    def expression(self, level=0):
        if level == len(self.LEVELS):
            return self.atom()
        left = self.expression(level + 1)
        while self.kind in self.LEVELS[level]:
            op = self.take(self.kind)
            left = Binary(op, left, self.expression(level + 1))
        return left

    def atom(self):
        if self.kind == 'number':
            return Number(int(self.take('number')))
        if self.kind == '(':
            self.take('(')
            inner = self.expression()
            self.take(')')
            return inner
        if self.kind == 'if':
            self.take('if')
            condition = self.expression()
            self.take('then')
            yes = self.expression()
            self.take('else')
            return If(condition, yes, self.expression())
        name = self.take('name')
        return Call(name, self.listed(self.expression)) if self.kind == '(' else Name(name)


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    results = []
    for _ in range(rounds):
        functions, result = Parser(PROGRAM).program()
        functions = {name: (params, body.simplify()) for name, (params, body) in functions.items()}
        results.append(result.simplify().evaluate(functions, {}))
    print(len(results), set(results))
    for wrong in ['let f(x = 1;', '1 + ;', '1 $ 2;']:
        try:
            Parser(wrong).program()
        except SyntaxError as error:
            print(error)


if __name__ == '__main__':
    main()
