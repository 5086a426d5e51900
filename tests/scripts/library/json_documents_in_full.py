# Documents with long containers, equal keys, and strings whose escapes and special bytes come at any offset.
import json

document = {f'k{i}': [i, i / 4, None, i % 2 == 0, {'é': '\u20ac\n"q"', '': []}] for i in range(700)}
text = json.dumps(document)
back = json.loads(text)
print(back == document, list(back)[:3], len(text))
print(json.loads(json.dumps(list(range(3000)))) == list(range(3000)), json.loads('[' * 50 + ']' * 50) == eval('[' * 50 + ']' * 50))
print(json.loads('{"a":1,"a":2,"":3,"b":{},"a":[]}'), json.loads('{"ab": 1, "aXb": 2, "aYb": 3, "ab": 4}'))
for n in range(12):
    plain = 'abcdefghijkl'[:n]
    for inner, value in (('\\n', '\n'), ('\\u00e9', 'é'), ('é', 'é'), ('\\\\', '\\'), ('\\"', '"'), ('\U0001F600', '\U0001F600'), ('', '')):
        assert json.loads(f'"{plain}{inner}{plain}"') == plain + value + plain
        assert json.loads(f'{{"{plain}{inner}": ["{inner}{plain}"]}}') == {plain + value: [value + plain]}
    for bad in (f'"{plain}', f'"{plain}\x01"', f'"{plain}\\q"', f'["{plain}é\x1f"]'):
        try:
            json.loads(bad)
        except ValueError as e:
            if n in (0, 8, 11):
                print(e)
print(ascii(json.JSONDecoder(strict=False).decode('"a\x01b\x1fcdefghijk\x00"')))
print(json.loads('{"x": [1, {"y": 2}]}', object_pairs_hook=lambda pairs: pairs), json.loads('{"x": {"y": 2}}', object_hook=lambda d: sorted(d)))
first, second = json.loads('[{"shared key": 1}, {"shared key": 2}]')
print(next(iter(first)) is next(iter(second)))
