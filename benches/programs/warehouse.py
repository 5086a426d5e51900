"""A warehouse: places as named tuples, walks between them by breadth-first search, orders with merged settings and cached costs.

usage: warehouse.py [orders]
"""
# perf: 52000
import sys
from collections import Counter, defaultdict, deque
from functools import lru_cache
from typing import NamedTuple

PLAN = """\
#####################
#...................#
#.##.##.##.##.##.##.#
#.##.##.##.##.##.##.#
#...................#
#.##.##.##.##.##.##.#
#.##.##.##.##.##.##.#
#.........##........#
#####################"""


class Place(NamedTuple):
    row: int
    column: int

    def around(self):
        row, column = self
        return (Place(row + 1, column), Place(row - 1, column), Place(row, column + 1), Place(row, column - 1))


class Item(NamedTuple):
    name: str
    place: Place
    weight: float


class OutOfStock(LookupError):
    def __init__(self, name, wanted, left):
        super().__init__(f'{name}: {wanted} wanted, {left} left')
        self.name, self.missing = name, wanted - left


FREE = frozenset(
    Place(row, column) for row, line in enumerate(PLAN.splitlines()) for column, sign in enumerate(line) if sign == '.'
)
DOOR = Place(7, 9)
DEFAULTS = {'wrap': False, 'express': False, 'country': 'DE', 'most': 4}
CUSTOMERS = [{'name': 'Ada', 'express': True}, {'name': 'Bob', 'country': 'FR'}, {'name': 'Cy', 'wrap': True, 'most': 2}]


@lru_cache(maxsize=None)
def distances(start):
    """Steps from a place to every other."""
    steps = {start: 0}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        for place in here.around():
            if place in FREE and place not in steps:
                steps[place] = steps[here] + 1
                queue.append(place)
    return steps


@lru_cache(maxsize=4096)
def cost(start, end, weight, express=False):
    return distances(start)[end] * (1 + weight / 10) * (1.5 if express else 1)


def stock():
    places = sorted(FREE)
    items = [Item(f'item{i:02}', places[i * 7 % len(places)], 0.5 + i * 13 % 9) for i in range(24)]
    return {item.name: item for item in items}, Counter({item.name: 20 + len(item.name) * 3 for item in items})


def take(counts, wanted):
    """Takes all that is wanted or nothing."""
    for name, n in wanted.items():
        if counts[name] < n:
            raise OutOfStock(name, n, counts[name])
    counts -= wanted


def route(items, names):
    """The nearest item next, and back to the door."""
    here, left, length = DOOR, {items[name].place for name in names}, 0
    while left:
        steps = distances(here)
        nearest = min(left, key=lambda place: (steps[place], place))
        length += steps[nearest]
        left.discard(nearest)
        here = nearest
    return length + distances(here)[DOOR]


def main():
    orders = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    items, counts = stock()
    names = sorted(items)
    state, walked, earned, refused = 12345, 0, 0.0, 0
    by_customer, visited = defaultdict(list), Counter()
    for number in range(orders):
        settings = DEFAULTS | CUSTOMERS[number % 3] | ({'most': 6} if number % 10 == 0 else {})
        wanted = Counter()
        for _ in range(settings['most']):
            state = (state * 1103515245 + 12345) % 2**31
            wanted[names[(state >> 8) % len(names)]] += 1 + (state >> 16) % 2
        try:
            take(counts, wanted)
        except OutOfStock as problem:
            refused += 1
            counts.update({problem.name: problem.missing + 25})
            continue
        walked += route(items, wanted)
        visited.update(items[name].place for name in wanted)
        price = sum(n * cost(DOOR, items[name].place, items[name].weight, settings['express']) for name, n in wanted.items())
        earned += price + (2.5 if settings['wrap'] else 0)
        by_customer[settings['name'], settings['country']].append((round(price, 2), number))
    print(f'{orders} orders, {refused} refused, {walked} steps, {earned:.2f} earned')
    for (name, country), prices in sorted(by_customer.items()):
        best, number = max(prices)
        print(f'{name:<4}{country} {len(prices):5} orders, best {best:8.2f} (number {number})')
    print([(place.row, place.column, n) for place, n in visited.most_common(3)], cost.cache_info().currsize)


if __name__ == '__main__':
    main()
