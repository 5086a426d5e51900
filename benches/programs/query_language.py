"""A little query language: tokens by one regular expression, a precedence parser, a tree of classes, and tables to ask.

usage: query_language.py [rounds]
"""
# perf: 760
import operator
import re
import sys
from collections import defaultdict, deque
from itertools import groupby, islice

TOKEN = re.compile(
    r"""(?P<space>\s+)|(?P<number>\d+(?:\.\d+)?)|(?P<text>'(?:[^']|'')*')|(?P<name>[A-Za-z_]\w*)"""
    r"""|(?P<sign><=|>=|<>|[-+*/%=<>(),])"""
)
KEYWORDS = {'select', 'from', 'where', 'order', 'by', 'desc', 'limit', 'and', 'or', 'not', 'group'}
BINARY = {
    'or': (1, lambda a, b: a or b),
    'and': (2, lambda a, b: a and b),
    '=': (3, operator.eq),
    '<>': (3, operator.ne),
    '<': (3, operator.lt),
    '>': (3, operator.gt),
    '<=': (3, operator.le),
    '>=': (3, operator.ge),
    '+': (4, operator.add),
    '-': (4, operator.sub),
    '*': (5, operator.mul),
    '/': (5, operator.truediv),
    '%': (5, operator.mod),
}
FUNCTIONS = {'upper': str.upper, 'length': len, 'abs': abs, 'substr': lambda s, start, n: s[int(start) - 1 :][: int(n)]}
TOTALS = {'count': len, 'sum': sum, 'avg': lambda values: sum(values) / len(values), 'max': max}


class QueryError(Exception):
    """A query that cannot be understood or answered."""


class Node:
    def value(self, row):
        raise NotImplementedError


class Constant(Node):
    def __init__(self, content):
        self.content = content

    def value(self, row):
        return self.content


class Column(Node):
    def __init__(self, name):
        self.name = name

    def value(self, row):
        try:
            return row[self.name]
        except KeyError:
            raise QueryError(f'no column {self.name}') from None


class Binary(Node):
    def __init__(self, sign, left, right):
        self.apply, self.left, self.right = BINARY[sign][1], left, right

    def value(self, row):
        return self.apply(self.left.value(row), self.right.value(row))


class Not(Node):
    def __init__(self, operand):
        self.operand = operand

    def value(self, row):
        return not self.operand.value(row)


class Call(Node):
    def __init__(self, name, arguments):
        self.name, self.arguments = name, arguments

    def value(self, row):
        if function := FUNCTIONS.get(self.name):
            return function(*(a.value(row) for a in self.arguments))
        if self.name in TOTALS and isinstance(row, Group):
            return TOTALS[self.name]([a.value(r) for r in row.rows for a in self.arguments])
        raise QueryError(f'no function {self.name}')


class Group(dict):
    """The first row of a group, and all of them."""

    def __init__(self, rows):
        super().__init__(rows[0])
        self.rows = rows


def tokens(text):
    at = 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise QueryError(f'unexpected {text[at]!r} at {at}')
        kind, word = match.lastgroup, match.group()
        at = match.end()
        if kind == 'number':
            yield kind, float(word) if '.' in word else int(word)
        elif kind == 'text':
            yield kind, word[1:-1].replace("''", "'")
        elif kind != 'space':
            yield ('keyword' if word.lower() in KEYWORDS else kind), word.lower()
    yield 'end', ''


class Parser:
    def __init__(self, text):
        self.left = deque(tokens(text))

    def accept(self, *words):
        if self.left[0][1] in words and self.left[0][0] in ('keyword', 'sign'):
            return self.left.popleft()[1]
        return None

    def expect(self, word):
        if not self.accept(word):
            raise QueryError(f'{word} expected, not {self.left[0][1]!r}')

    def listed(self, part):
        parts = [part()]
        while self.accept(','):
            parts.append(part())
        return parts

    def expression(self, least=1):
        if self.accept('not'):
            left = Not(self.expression(3))
        else:
            left = self.atom()
        while (sign := self.left[0][1]) in BINARY and self.left[0][0] != 'text' and BINARY[sign][0] >= least:
            self.left.popleft()
            left = Binary(sign, left, self.expression(BINARY[sign][0] + 1))
        return left

    def atom(self):
        match self.left.popleft():
            case ('number' | 'text', content):
                return Constant(content)
            case ('name', name) if self.accept('('):
                arguments = self.listed(self.expression)
                self.expect(')')
                return Call(name, arguments)
            case ('name', name):
                return Column(name)
            case ('sign', '('):
                inner = self.expression()
                self.expect(')')
                return inner
            case ('sign', '-'):
                return Binary('-', Constant(0), self.atom())
            case (_, word):
                raise QueryError(f'unexpected {word!r}')

    def query(self):
        self.expect('select')
        parts = {'select': self.listed(self.expression)}
        self.expect('from')
        parts['from'] = self.left.popleft()[1]
        if self.accept('where'):
            parts['where'] = self.expression()
        if self.accept('group'):
            self.expect('by')
            parts['group'] = self.expression()
        if self.accept('order'):
            self.expect('by')
            parts['order'] = self.expression()
            parts['desc'] = self.accept('desc') is not None
        if self.accept('limit'):
            parts['limit'] = self.left.popleft()[1]
        if self.left[0][0] != 'end':
            raise QueryError(f'unexpected {self.left[0][1]!r}')
        return parts


def run(text, tables):
    query = Parser(text).query()
    try:
        rows = iter(tables[query['from']])
    except KeyError:
        raise QueryError(f'no table {query["from"]}') from None
    if condition := query.get('where'):
        rows = (row for row in rows if condition.value(row))
    if key := query.get('group'):
        ordered = sorted(rows, key=key.value)
        rows = (Group(list(group)) for _, group in groupby(ordered, key.value))
    if order := query.get('order'):
        rows = sorted(rows, key=order.value, reverse=query['desc'])
    return [tuple(c.value(row) for c in query['select']) for row in islice(rows, query.get('limit'))]


QUERIES = (
    "select name, price * 1.19 from parts where price > 20 and not (kind = 'bolt' or kind = 'nut') order by price desc limit 5",
    "select kind, count(name), sum(stock), avg(price) from parts where stock % 3 <> 0 group by kind order by sum(stock)",
    "select upper(substr(name, 1, 4)), length(name) + abs(-stock) from parts where length(name) >= 6 and price / 2 < 18.5 limit 9",
    "select part, sum(number) from orders where number * 2 + 1 > 9 group by part order by sum(number) desc limit 4",
    "select customer from orders where customer = 'O''Neil' limit 2",
    'select frobnicate(name) from parts',
    'select name from nowhere',
    'select name from parts where price >',
    'select name; from parts',
)


def make_tables(size):
    kinds = ['bolt', 'nut', 'gear', 'spring', 'washer']
    parts = [
        {'name': f'{kinds[i % 5]}-{i}', 'kind': kinds[i % 5], 'price': i * 37 % 101 / 2 + 1, 'stock': i * 53 % 89}
        for i in range(size)
    ]
    orders = [
        {'customer': ('Ada', "O'Neil", 'Cy')[i % 3], 'part': f'{kinds[i % 5]}-{i % 40}', 'number': i * 29 % 13}
        for i in range(size * 2)
    ]
    return {'parts': parts, 'orders': orders}


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    tables = make_tables(150)
    answers, errors = defaultdict(list), defaultdict(int)
    for _ in range(rounds):
        for query in QUERIES:
            try:
                answers[query] = run(query, tables)
            except QueryError as error:
                errors[str(error)] += 1
    for query, answer in answers.items():
        print(len(answer), answer[:3])
    print(*sorted(errors.items()), sep='\n')


if __name__ == '__main__':
    main()
