"""Writes and reads a nested document as JSON many times.

usage: json_round_trip.py [rounds]
"""
# perf: 4000
import json
import sys


def document(size):
    return {
        'title': 'Bestand \u00e4\u00f6\u00fc "quoted"\n\u2603',
        'items': [
            {
                'id': i,
                'price': i * 1.25,
                'tags': ['red', 'green', None][: i % 4],
                'stock': {'north': i * 7 % 13, 'south': -i, 'open': i % 2 == 0},
            }
            for i in range(size)
        ],
    }


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    data = document(120)
    for i in range(rounds):
        text = json.dumps(data, indent=2 if i % 5 == 0 else None, sort_keys=i % 3 == 0)
        again = json.loads(text)
        assert again == data
    print(len(json.dumps(data)), len(json.dumps(data, indent=2)))
    print(sum(item['price'] for item in again['items']))


if __name__ == '__main__':
    main()
