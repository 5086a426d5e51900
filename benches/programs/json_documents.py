"""JSON: documents built, written in several styles, read back with hooks, merged, queried by path and patched.

usage: json_documents.py [documents]
"""
# perf: 30000
import json
import sys
from collections import OrderedDict
from datetime import date, timedelta
from decimal import Decimal


class Money:
    def __init__(self, amount, currency):
        self.amount = Decimal(amount)
        self.currency = currency


class Encoder(json.JSONEncoder):
    def default(self, value):
        if isinstance(value, date):
            return {'$date': value.isoformat()}
        if isinstance(value, Money):
            return {'$money': [str(value.amount), value.currency]}
        if isinstance(value, (set, frozenset)):
            return sorted(value)
        return super().default(value)


def revive(document):
    if '$date' in document:
        return date.fromisoformat(document['$date'])
    if '$money' in document:
        return Money(*document['$money'])
    return document


def make_order(number):
    day = date(2024, 1, 1) + timedelta(days=number % 500)
    lines = [
        {
            'sku': f'P-{(number * 7 + i) % 1000:04d}',
            'quantity': 1 + (number + i) % 5,
            'price': Money(f'{(number * 31 + i * 17) % 500}.{number % 10}5', 'EUR'),
            'notes': None if i % 3 else 'fragile \u2013 "handle"\twith care\n',
        }
        for i in range(1 + number % 4)
    ]
    return {
        'id': number,
        'ordered': day,
        'customer': {'name': 'Zoë' if number % 2 else 'Łukasz', 'vip': number % 5 == 0, 'tags': {'web', 'new', 'b2b'}},
        'weight': number / 7,
        'lines': lines,
    }


def get_path(document, path, default=None):
    for part in path.split('/'):
        try:
            document = document[int(part) if isinstance(document, list) else part]
        except (KeyError, IndexError):
            return default
    return document


def merge(base, patch):
    """RFC 7396: null removes, objects merge, all else replaces."""
    if not isinstance(patch, dict):
        return patch
    result = dict(base) if isinstance(base, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge(result.get(key), value)
    return result


def walk(value, path=''):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from walk(inner, f'{path}/{key}')
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from walk(inner, f'{path}/{index}')
    else:
        yield path, value


def schema_errors(value, schema, path='$'):
    kinds = {'string': str, 'number': (int, float), 'object': dict, 'array': list, 'boolean': bool}
    if not isinstance(value, kinds[schema['type']]):
        yield f'{path} is no {schema["type"]}'
    elif schema['type'] == 'object':
        for name, inner in schema.get('properties', {}).items():
            if name in value:
                yield from schema_errors(value[name], inner, f'{path}.{name}')
            elif name in schema.get('required', ()):
                yield f'{path} lacks {name}'
    elif schema['type'] == 'array':
        for index, item in enumerate(value):
            yield from schema_errors(item, schema['items'], f'{path}[{index}]')


SCHEMA = {
    'type': 'object',
    'required': ['id', 'state'],
    'properties': {
        'id': {'type': 'number'},
        'state': {'type': 'string'},
        'lines': {
            'type': 'array',
            'items': {'type': 'object', 'properties': {'sku': {'type': 'string'}, 'notes': {'type': 'string'}}},
        },
    },
}


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    total, size, leaves, errors = Decimal(0), 0, 0, []
    for number in range(count):
        text = json.dumps(make_order(number), cls=Encoder)
        order = json.loads(text, object_hook=revive)
        total += sum(line['price'].amount * line['quantity'] for line in order['lines'])
        plain = json.loads(text)
        patched = merge(plain, {'customer': {'vip': None, 'city': 'Łódź'}, 'weight': None, 'state': {'paid': True}})
        if number % 3 == 0:
            patched['state'] = 'open'
        errors += schema_errors(patched, SCHEMA)
        leaves += sum(1 for _ in walk(patched))
        pretty = json.dumps(patched, indent=2, sort_keys=True, ensure_ascii=False)
        compact = json.dumps(patched, separators=(',', ':'))
        assert json.loads(pretty) == json.loads(compact) == patched
        size += len(text) + len(pretty) + len(compact)
    print(count, total, size, leaves, len(errors), errors[:2])
    print(pretty[:120].replace('\n', ' '))
    print(get_path(patched, 'lines/0/sku'), get_path(patched, 'lines/9/sku', '-'), get_path(patched, 'customer/city'))
    ordered = json.loads('{"b": 1, "a": [1.5e3, -0, 1E-2, true, null]}', object_pairs_hook=OrderedDict)
    print(list(ordered.items()), json.loads('[1.10, 2]', parse_float=Decimal))
    for bad in ('{"a": }', '[1, 2', '{"a" 1}', '"\\x"', '[01]'):
        try:
            json.loads(bad)
        except json.JSONDecodeError as error:
            print(error.msg, error.pos, end='; ')
    print()


if __name__ == '__main__':
    main()
