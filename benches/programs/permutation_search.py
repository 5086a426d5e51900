"""Search: queens by backtracking and by permutations, letter sums, Hamiltonian tours, exact cover, and itertools counting.

usage: permutation_search.py [board size]
"""
# perf: 12
import itertools
import operator
import sys


def queens(size):
    """All placements, with sets of attacked lines."""
    columns, rising, falling = set(), set(), set()
    placed, found = [], []

    def place(row):
        if row == size:
            found.append(tuple(placed))
            return
        for column in range(size):
            if column in columns or row + column in rising or row - column in falling:
                continue
            columns.add(column)
            rising.add(row + column)
            falling.add(row - column)
            placed.append(column)
            place(row + 1)
            placed.pop()
            columns.remove(column)
            rising.remove(row + column)
            falling.remove(row - column)

    place(0)
    return found


def queens_by_permutation(size):
    rows = range(size)
    for columns in itertools.permutations(rows):
        if size == len(set(map(operator.add, columns, rows))) == len(set(map(operator.sub, columns, rows))):
            yield columns


def letter_sum(puzzle):
    """Digits for letters, so that the sum is right: every word a number, no leading zero."""
    left, total = puzzle.split('=')
    terms = left.split('+')
    words = [word.strip() for word in [*terms, total]]
    weights = {}
    for sign, word in zip([1] * len(terms) + [-1], words):
        for power, letter in enumerate(reversed(word)):
            weights[letter] = weights.get(letter, 0) + sign * 10**power
    letters = sorted(weights, key=lambda letter: -abs(weights[letter]))
    leading = {word[0] for word in words}
    remaining = [sum(9 * abs(weights[letter]) for letter in letters[i:]) for i in range(len(letters) + 1)]
    chosen, tried = {}, 0

    def search(index, balance):
        nonlocal tried
        tried += 1
        if index == len(letters):
            return balance == 0
        if abs(balance) > remaining[index]:
            return False
        letter = letters[index]
        for digit in range(letter in leading, 10):
            if digit not in chosen.values():
                chosen[letter] = digit
                if search(index + 1, balance + digit * weights[letter]):
                    return True
                del chosen[letter]
        return False

    solved = search(0, 0)
    return ''.join(str(chosen.get(c, c)) for c in puzzle) if solved else None, tried


def shortest_tour(count):
    cities = [(i * 37 % 101, i * 53 % 89) for i in range(count)]
    distance = [[round(((ax - bx) ** 2 + (ay - by) ** 2) ** 0.5) for bx, by in cities] for ax, ay in cities]
    best = None
    for order in itertools.permutations(range(1, count)):
        if order[0] < order[-1]:
            tour = (0, *order)
            length = sum(distance[a][b] for a, b in zip(tour, tour[1:] + tour[:1]))
            if best is None or length < best[0]:
                best = length, tour
    return best


def exact_covers(rows, universe):
    """Knuth's algorithm X with dicts of sets."""
    columns = {item: {name for name, items in rows.items() if item in items} for item in universe}

    def select(name):
        removed = []
        for item in rows[name]:
            for other in columns[item]:
                for further in rows[other]:
                    if further != item:
                        columns[further].remove(other)
            removed.append(columns.pop(item))
        return removed

    def restore(name, removed):
        for item in reversed(rows[name]):
            columns[item] = removed.pop()
            for other in columns[item]:
                for further in rows[other]:
                    if further != item:
                        columns[further].add(other)

    def solve(partial):
        if not columns:
            yield sorted(partial)
            return
        item = min(columns, key=lambda c: (len(columns[c]), c))
        for name in sorted(columns[item]):
            removed = select(name)
            yield from solve([*partial, name])
            restore(name, removed)

    return solve([])


def dominoes(width, height):
    rows = {}
    for x, y in itertools.product(range(width), range(height)):
        if x + 1 < width:
            rows[f'{x}{y}-'] = [(x, y), (x + 1, y)]
        if y + 1 < height:
            rows[f'{x}{y}|'] = [(x, y), (x, y + 1)]
    return exact_covers(rows, list(itertools.product(range(width), range(height))))


def straights(size):
    """Poker-like counting with combinations."""
    kinds = {'pair': 0, 'triple': 0, 'run': 0}
    deck = list(itertools.product(range(size), 'shd'))
    for hand in itertools.combinations(deck, 4):
        ranks = sorted(rank for rank, _ in hand)
        groups = sorted(len(list(run)) for _, run in itertools.groupby(ranks))
        if groups[-1] >= 2:
            kinds['pair' if groups[-1] == 2 else 'triple'] += 1
        elif all(b - a == 1 for a, b in itertools.pairwise(ranks)):
            kinds['run'] += 1
    return kinds


def main():
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    found = queens(size)
    print(len(found), found[0], found[-1])
    print(sum(1 for _ in queens_by_permutation(min(size - 1, 8))))
    for puzzle in ('SEND + MORE = MONEY', 'TWO + TWO = FOUR', 'CROSS + ROADS = DANGER', 'AB + BA = CD'):
        print(*letter_sum(puzzle))
    print(shortest_tour(min(size, 9)))
    covers = list(dominoes(4, size // 2 + 1))
    print(len(covers), ' '.join(covers[len(covers) // 2]))
    print(straights(size + 3))
    print(list(itertools.accumulate(itertools.islice(itertools.cycle([1, -2, 3]), size), initial=10)))


if __name__ == '__main__':
    main()
