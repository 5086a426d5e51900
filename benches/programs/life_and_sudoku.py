"""Sets and tuple keys: the game of life on an endless board, and sudokus solved by elimination and search.

usage: life_and_sudoku.py [generations]
"""
# perf: 5200
import sys
from collections import Counter
from itertools import product

ACORN = {(1, 0), (3, 1), (0, 2), (1, 2), (4, 2), (5, 2), (6, 2)}

PUZZLES = [
    '1 . . . . 7 . 9 . . 3 . . 2 . . . 8 . . 9 6 . . 5 . . . . 5 3 . . 9 . . . 1 . . 8 . . . 2 '
    '6 . . . . 4 . . . 3 . . . . . . 1 . . 4 . . . . . . 7 . . 7 . . . 3 . .',
    '. . . . . . . 1 . 4 . . . . . . . . . 2 . . . . . . . . . . . 5 . 4 . 7 . . 8 . . . 3 . . '
    '. . 1 . 9 . . . . 3 . . 4 . . 2 . . . 5 . 1 . . . . . . . . 8 . 6 . . .',
]


def step(alive):
    counts = Counter((x + dx, y + dy) for x, y in alive for dx, dy in product((-1, 0, 1), repeat=2) if dx or dy)
    return {cell for cell, count in counts.items() if count == 3 or count == 2 and cell in alive}


def life(generations):
    alive = set(ACORN)
    history = []
    for generation in range(generations):
        if generation % 50 == 0:
            history.append(len(alive))
        alive = step(alive)
    left, right = min(x for x, _ in alive), max(x for x, _ in alive)
    low, high = min(y for _, y in alive), max(y for _, y in alive)
    return history, len(alive), (right - left + 1, high - low + 1)


CELLS = list(product(range(9), repeat=2))
UNITS = (
    [[(row, column) for column in range(9)] for row in range(9)]
    + [[(row, column) for row in range(9)] for column in range(9)]
    + [[(a + i, b + j) for i in range(3) for j in range(3)] for a in (0, 3, 6) for b in (0, 3, 6)]
)
UNITS_OF = {cell: [unit for unit in UNITS if cell in unit] for cell in CELLS}
PEERS = {cell: set().union(*UNITS_OF[cell]) - {cell} for cell in CELLS}


class Contradiction(Exception):
    pass


class Sudoku:
    def __init__(self, options=None):
        self.options = options or {cell: frozenset(range(1, 10)) for cell in CELLS}

    @classmethod
    def parse(cls, text):
        board = cls()
        for cell, sign in zip(CELLS, text.split(), strict=True):
            if sign != '.':
                board.assign(cell, int(sign))
        return board

    def assign(self, cell, digit):
        for other in sorted(self.options[cell] - {digit}):
            self.eliminate(cell, other)

    def eliminate(self, cell, digit):
        if digit not in self.options[cell]:
            return
        left = self.options[cell] = self.options[cell] - {digit}
        if not left:
            raise Contradiction(cell)
        if len(left) == 1:
            (only,) = left
            for peer in PEERS[cell]:
                self.eliminate(peer, only)
        for unit in UNITS_OF[cell]:
            places = [place for place in unit if digit in self.options[place]]
            if not places:
                raise Contradiction(cell)
            if len(places) == 1 and len(self.options[places[0]]) > 1:
                self.assign(places[0], digit)

    def solve(self, statistics):
        open_cells = [(len(options), cell) for cell, options in self.options.items() if len(options) > 1]
        if not open_cells:
            return self
        _, cell = min(open_cells)
        for digit in sorted(self.options[cell]):
            guess = Sudoku(dict(self.options))
            statistics['guesses'] += 1
            try:
                guess.assign(cell, digit)
                return guess.solve(statistics)
            except Contradiction:
                statistics['contradictions'] += 1
        raise Contradiction(cell)

    def __str__(self):
        rows = (''.join(str(min(self.options[row, column])) for column in range(9)) for row in range(9))
        return ' '.join(rows)


def main():
    generations = int(sys.argv[1]) if len(sys.argv) > 1 else 700
    history, count, size = life(generations)
    print(history[:10], count, size)
    for _ in range(max(generations // 250, 1)):
        for puzzle in PUZZLES:
            statistics = Counter()
            solved = Sudoku.parse(puzzle).solve(statistics)
            assert all({solved.options[cell] for cell in unit} == {frozenset([d]) for d in range(1, 10)} for unit in UNITS)
    print(solved)
    print(Sudoku.parse(PUZZLES[0]).solve(Counter()))


if __name__ == '__main__':
    main()
