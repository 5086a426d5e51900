"""A query engine in memory: tables of named tuples and dicts, filters, joins, groups, indexes, sorting, CSV in and out.

usage: table_queries.py [orders]
"""
# perf: 300000
import csv
import io
import random
import sys
from collections import defaultdict
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import NamedTuple


class Customer(NamedTuple):
    ident: int
    name: str
    city: str
    discount: float


class Order(NamedTuple):
    ident: int
    customer: int
    product: str
    quantity: int
    price: int

    @property
    def total(self):
        return self.quantity * self.price


class Query:
    """A lazy chain of steps over rows; each step wraps the iterator before it."""

    def __init__(self, rows):
        self.rows = rows

    def __iter__(self):
        return iter(self.rows)

    def where(self, predicate):
        return Query(row for row in self.rows if predicate(row))

    def select(self, **columns):
        return Query({name: make(row) for name, make in columns.items()} for row in self.rows)

    def join(self, others, key, other_key):
        index = defaultdict(list)
        for other in others:
            index[other_key(other)].append(other)
        return Query((row, other) for row in self.rows for other in index.get(key(row), ()))

    def group_by(self, key, **aggregates):
        groups = defaultdict(list)
        for row in self.rows:
            groups[key(row)].append(row)
        return Query(
            {'key': value, **{name: function(members) for name, function in aggregates.items()}}
            for value, members in groups.items()
        )

    def order_by(self, *keys):
        rows = list(self.rows)
        for key in reversed(keys):
            descending = isinstance(key, str) and key.startswith('-')
            rows.sort(key=itemgetter(key.lstrip('-')) if isinstance(key, str) else key, reverse=descending)
        return Query(rows)

    def take(self, count):
        return [row for row, _ in zip(self.rows, range(count))]


def make_data(count):
    rng = random.Random(99)
    cities = ['Bergen', 'Porto', 'Graz', 'Lyon', 'Turku', 'Gdansk']
    products = {'lamp': 1999, 'chair': 4950, 'desk': 12900, 'shelf': 7990, 'rug': 3450}
    customers = [
        Customer(i, f'customer-{i:04}', rng.choice(cities), rng.choice([0.0, 0.05, 0.1])) for i in range(count // 20)
    ]
    orders = []
    for i in range(count):
        product = rng.choice(list(products))
        orders.append(Order(i, rng.randrange(len(customers) + 5), product, rng.randint(1, 9), products[product]))
    return customers, orders


def money(cents):
    return f'{cents / 100:,.2f}'


def report(customers, orders):
    joined = list(Query(orders).join(customers, attrgetter('customer'), attrgetter('ident')))
    by_city = (
        Query(joined)
        .where(lambda pair: pair[0].quantity > 1)
        .select(city=lambda p: p[1].city, total=lambda p: round(p[0].total * (1 - p[1].discount)))
        .group_by(
            itemgetter('city'),
            orders=len,
            total=lambda rows: sum(row['total'] for row in rows),
            largest=lambda rows: max(row['total'] for row in rows),
        )
        .order_by('-total', 'key')
    )
    for row in by_city:
        print(f"{row['key']:<8}{row['orders']:>7}{money(row['total']):>18}{money(row['largest']):>12}")
    best = (
        Query(orders)
        .group_by(attrgetter('customer'), count=len, spent=lambda rows: sum(row.total for row in rows))
        .order_by('-spent', 'key')
        .take(3)
    )
    names = {customer.ident: customer.name for customer in customers}
    for row in best:
        print(names.get(row['key'], 'unknown'), row['count'], money(row['spent']))


def products_of_cities(customers, orders):
    """The same with sorted runs instead of a dict of lists."""
    city_of = {customer.ident: customer.city for customer in customers}
    pairs = sorted((city_of[order.customer], order.product) for order in orders if order.customer in city_of)
    for city, run in groupby(pairs, key=itemgetter(0)):
        counts = {product: sum(1 for _ in same) for product, same in groupby(run, key=itemgetter(1))}
        popular = max(counts, key=lambda product: (counts[product], product))
        yield city, popular, counts[popular]


def through_csv(orders):
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(Order._fields)
    writer.writerows(order._replace(product=order.product + ', new') for order in orders)
    text.seek(0)
    rows = [
        Order(int(row['ident']), int(row['customer']), row['product'], int(row['quantity']), int(row['price']))
        for row in csv.DictReader(text)
    ]
    return len(text.getvalue()), rows


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 30000
    customers, orders = make_data(count)
    report(customers, orders)
    for city, product, number in products_of_cities(customers, orders):
        print(f'{city}: {product} ({number})', end='; ')
    size, rows = through_csv(orders)
    print(f'\n{size} characters, {rows[-1]}')
    assert [row.total for row in rows] == [order.total for order in orders]


if __name__ == '__main__':
    main()
