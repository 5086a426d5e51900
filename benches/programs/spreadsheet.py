"""A spreadsheet: formulas tokenized and compiled to closures, dependencies, recalculation, cycles, ranges and functions.

usage: spreadsheet.py [rows]
"""
# perf: 3000
import operator
import re
import statistics
import sys
from graphlib import CycleError, TopologicalSorter

TOKEN = re.compile(r'\s*(?:(\d+\.?\d*)|([A-Z]+\d+)(?::([A-Z]+\d+))?|([a-z]+)|("[^"]*")|(<=|>=|<>|[-+*/^(),<>=&]))')
FUNCTIONS = {
    'sum': lambda *args: sum(flat(args)),
    'mean': lambda *args: statistics.fmean(flat(args)),
    'max': lambda *args: max(flat(args)),
    'count': lambda *args: len(flat(args)),
    'if': lambda condition, yes, no: yes if condition else no,
    'round': lambda number, digits=0: round(number, int(digits)),
    'upper': str.upper,
}
LEVELS = [
    {'<': operator.lt, '>': operator.gt, '=': operator.eq, '<=': operator.le, '>=': operator.ge, '<>': operator.ne},
    {'&': lambda a, b: f'{a}{b}'},
    {'+': operator.add, '-': operator.sub},
    {'*': operator.mul, '/': operator.truediv},
    {'^': operator.pow},
]


class FormulaError(Exception):
    pass


def flat(values):
    out = []
    for value in values:
        if isinstance(value, list):
            out.extend(flat(value))
        elif value is not None:
            out.append(value)
    return out


def cell_name(column, row):
    letters = ''
    while column >= 0:
        letters = chr(column % 26 + 65) + letters
        column = column // 26 - 1
    return f'{letters}{row}'


def coordinates(name):
    letters = name.rstrip('0123456789')
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column - 1, int(name[len(letters):])


class Formula:
    """Compiles text; afterwards `needs` are the cells it reads and `value` computes it from them."""

    def __init__(self, text):
        self.needs = []
        self.tokens = self.tokenize(text)
        self.token = next(self.tokens)
        self.value = self.binary(0)
        if self.token[0] != 'end':
            raise FormulaError(f'{self.token[1]!r} is too much')

    def tokenize(self, text):
        position = 0
        while position < len(text):
            match = TOKEN.match(text, position)
            if match is None:
                raise FormulaError(f'cannot read {text[position:]!r}')
            number, cell, last, name, string, sign = match.groups()
            if number:
                yield 'number', float(number)
            elif cell:
                yield 'cells', (cell, last)
            elif name:
                yield 'name', name
            elif string:
                yield 'string', string[1:-1]
            else:
                yield 'sign', sign
            position = match.end()
        yield 'end', ''

    def advance(self):
        token, self.token = self.token, next(self.tokens, ('end', ''))
        return token

    def expect(self, sign):
        if self.advance() != ('sign', sign):
            raise FormulaError(f'{sign} is missing')

    def binary(self, level):
        if level == len(LEVELS):
            return self.unary()
        left = self.binary(level + 1)
        while self.token[0] == 'sign' and self.token[1] in LEVELS[level]:
            function = LEVELS[level][self.advance()[1]]
            left = self.combine(function, left, self.binary(level + 1))
        return left

    @staticmethod
    def combine(function, left, right):
        return lambda cells: function(left(cells), right(cells))

    def unary(self):
        kind, value = self.advance()
        if kind in ('number', 'string'):
            return lambda cells: value
        if kind == 'cells':
            return self.cells(*value)
        if kind == 'name':
            return self.call(value)
        if value == '-':
            operand = self.unary()
            return lambda cells: -operand(cells)
        if value == '(':
            inner = self.binary(0)
            self.expect(')')
            return inner
        raise FormulaError(f'{value!r} is misplaced')

    def cells(self, first, last):
        if last is None:
            self.needs.append(first)
            return lambda cells: cells.get(first) or 0
        (left, top), (right, bottom) = coordinates(first), coordinates(last)
        names = [cell_name(column, row) for row in range(top, bottom + 1) for column in range(left, right + 1)]
        self.needs.extend(names)
        return lambda cells: [cells.get(name) for name in names]

    def call(self, name):
        if name not in FUNCTIONS:
            raise FormulaError(f'no function {name}')
        function, args = FUNCTIONS[name], []
        self.expect('(')
        while self.token != ('sign', ')'):
            args.append(self.binary(0))
            if self.token == ('sign', ','):
                self.advance()
        self.advance()
        return lambda cells: function(*[arg(cells) for arg in args])


class Sheet:
    def __init__(self):
        self.formulas = {}
        self.values = {}
        self.recalculated = 0

    def __setitem__(self, name, content):
        if isinstance(content, str) and content.startswith('='):
            self.formulas[name] = Formula(content[1:])
        else:
            self.formulas.pop(name, None)
            self.values[name] = content

    def __getitem__(self, name):
        return self.values.get(name)

    def recalculate(self, changed=None):
        graph = {name: [n for n in formula.needs if n in self.formulas] for name, formula in self.formulas.items()}
        dirty = set(self.formulas if changed is None else changed)
        for name in TopologicalSorter(graph).static_order():
            formula = self.formulas[name]
            if name in dirty or not dirty.isdisjoint(formula.needs):
                dirty.add(name)
                self.recalculated += 1
                try:
                    self.values[name] = formula.value(self.values)
                except ZeroDivisionError:
                    self.values[name] = None


def fill(sheet, rows):
    for row in range(1, rows + 1):
        sheet[f'A{row}'] = row * 37 % 101
        sheet[f'B{row}'] = f'item {row % 7}'
        sheet[f'C{row}'] = f'=A{row} * 2 + {row} ^ 0.5'
        sheet[f'D{row}'] = f'=if(C{row} > 100, C{row} - 100, -C{row} / (A{row} - 37))'
        sheet[f'E{row}'] = f'=E{row - 1} + D{row}' if row > 1 else '=D1'
        sheet[f'F{row}'] = f'=round(mean(C{max(row - 5, 1)}:D{row}), 2) & " " & upper(B{row})'
    sheet['H1'] = f'=sum(A1:A{rows}, D1:E{rows})'
    sheet['AB2'] = f'=max(E1:E{rows}) >= H1 / count(A1:C{rows})'


def main():
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    sheet = Sheet()
    fill(sheet, rows)
    sheet.recalculate()
    print(len(sheet.formulas), f"{sheet['H1']:.3f}", sheet['AB2'], sheet[f'F{rows}'], sheet[f'E{rows}'])
    for row in range(1, rows, rows // 8):
        sheet[f'A{row}'] = row
        sheet.recalculate([f'A{row}'])
    print(sheet.recalculated, f"{sheet['H1']:.3f}", sheet['D1'], coordinates('AB2'), cell_name(27, 2))
    for name, content in (('A1', '=E1 + 1'), ('Z1', '=1 +'), ('Z2', '=frob(1)'), ('Z3', '=(1 2)'), ('Z4', '=1 ? 2')):
        try:
            sheet[name] = content
            sheet.recalculate()
        except CycleError as error:
            print('cycle of', len(error.args[1]), sorted(set(error.args[1])))
            sheet[name] = 1
        except FormulaError as error:
            print(error)


if __name__ == '__main__':
    main()
