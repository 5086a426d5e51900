"""Sparse matrices as dicts: products, transposes, PageRank, conjugate gradients on a grid, reachability by powers.

usage: sparse_matrices.py [side]
"""
# perf: 100
import math
import sys
from collections import defaultdict


class SparseMatrix:
    """Entries by (row, column); rows are indexed lazily for products."""

    def __init__(self, shape, entries=()):
        self.shape = shape
        self.entries = {}
        self._rows = None
        for position, value in dict(entries).items():
            self[position] = value

    def __setitem__(self, position, value):
        row, column = position
        if not (0 <= row < self.shape[0] and 0 <= column < self.shape[1]):
            raise IndexError(f'{position} is outside of {self.shape}')
        self._rows = None
        if value:
            self.entries[position] = value
        else:
            self.entries.pop(position, None)

    def __getitem__(self, position):
        return self.entries.get(position, 0)

    def __len__(self):
        return len(self.entries)

    def __eq__(self, other):
        return self.shape == other.shape and self.entries == other.entries

    @property
    def rows(self):
        if self._rows is None:
            self._rows = defaultdict(list)
            for (row, column), value in self.entries.items():
                self._rows[row].append((column, value))
        return self._rows

    @property
    def transposed(self):
        rows, columns = self.shape
        return SparseMatrix((columns, rows), {(j, i): value for (i, j), value in self.entries.items()})

    def __add__(self, other):
        total = SparseMatrix(self.shape, self.entries)
        for position, value in other.entries.items():
            total[position] = total[position] + value
        return total

    def __mul__(self, factor):
        return SparseMatrix(self.shape, {position: value * factor for position, value in self.entries.items()})

    __rmul__ = __mul__

    def __matmul__(self, other):
        if isinstance(other, list):
            return [sum(value * other[j] for j, value in self.rows.get(i, ())) for i in range(self.shape[0])]
        if self.shape[1] != other.shape[0]:
            raise ValueError(f'cannot multiply {self.shape} with {other.shape}')
        sums = defaultdict(int)
        for i, row in self.rows.items():
            for k, left in row:
                for j, right in other.rows.get(k, ()):
                    sums[i, j] += left * right
        return SparseMatrix((self.shape[0], other.shape[1]), sums)

    @classmethod
    def identity(cls, size):
        return cls((size, size), {(i, i): 1 for i in range(size)})


def power(matrix, exponent):
    result = SparseMatrix.identity(matrix.shape[0])
    while exponent:
        if exponent & 1:
            result = result @ matrix
        matrix = matrix @ matrix
        exponent >>= 1
    return result


def grid_laplacian(side):
    matrix = SparseMatrix((side * side, side * side))
    for y in range(side):
        for x in range(side):
            here = y * side + x
            matrix[here, here] = 4.0
            for nx, ny in ((x - 1, y), (x + 1, y), (x, y - 1), (x, y + 1)):
                if 0 <= nx < side and 0 <= ny < side:
                    matrix[here, ny * side + nx] = -1.0
    return matrix


def dot(a, b):
    return sum(x * y for x, y in zip(a, b))


def conjugate_gradients(matrix, right, tolerance=1e-8):
    x = [0.0] * len(right)
    residual = list(right)
    direction = list(residual)
    norm = dot(residual, residual)
    steps = 0
    while math.sqrt(norm) > tolerance:
        image = matrix @ direction
        alpha = norm / dot(direction, image)
        x = [a + alpha * b for a, b in zip(x, direction)]
        residual = [a - alpha * b for a, b in zip(residual, image)]
        norm, old = dot(residual, residual), norm
        direction = [a + norm / old * b for a, b in zip(residual, direction)]
        steps += 1
    return x, steps


def page_rank(links, size, damping=0.85, rounds=30):
    outgoing = defaultdict(list)
    for source, target in links:
        outgoing[source].append(target)
    matrix = SparseMatrix((size, size))
    for source, targets in outgoing.items():
        for target in targets:
            matrix[target, source] += damping / len(targets)
    rank = [1 / size] * size
    for _ in range(rounds):
        spread = matrix @ rank
        lost = (1 - sum(spread)) / size
        rank = [value + lost for value in spread]
    return rank


def main():
    side = int(sys.argv[1]) if len(sys.argv) > 1 else 48
    laplacian = grid_laplacian(side)
    solution, steps = conjugate_gradients(laplacian, [1.0] * (side * side))
    worst = max(abs(value - 1) for value in laplacian @ solution)
    print('grid', len(laplacian), steps, f'{max(solution):.8f}', worst < 1e-6, laplacian.transposed == laplacian)
    squared = laplacian @ laplacian + 2 * laplacian
    print('squared', len(squared), squared[side, side], squared[0, 1])
    pages = side * side
    links, state = [], 17
    for page in range(pages):
        for _ in range(page % 5 + 1):
            state = (state * 1103515245 + 12345) % 2**31
            target = (state >> 8) % (page + 1) if state & 64 else (state >> 8) % pages
            if target != page:
                links.append((page, target))
    rank = page_rank(links, pages)
    best = sorted(range(pages), key=lambda page: -rank[page])[:5]
    print('ranks', best, [f'{rank[page]:.6f}' for page in best], f'{sum(rank):.6f}')
    fibonacci = SparseMatrix((2, 2), {(0, 0): 1, (0, 1): 1, (1, 0): 1})
    print('power', power(fibonacci, 300)[0, 1])
    hops = SparseMatrix((pages, pages), {(b, a): 1 for a, b in links[:pages]})
    print('walks', len(power(hops, 6)), sum(power(hops, 4).entries.values()))
    for wrong in (lambda: hops @ fibonacci, lambda: fibonacci.__setitem__((2, 0), 1)):
        try:
            wrong()
        except (ValueError, IndexError) as error:
            print(error)


if __name__ == '__main__':
    main()
