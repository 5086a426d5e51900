"""Objects of one document, and of documents that follow each other, with the same, nearly the same and other keys."""
import json

rows = [{"id": i, "name": "n%d" % i, "tags": ["a"], "deep": {"id": i, "x": None}} for i in range(5)]
text = json.dumps(rows)
for _ in range(3):
    assert json.loads(text) == rows

decode = json.JSONDecoder().decode
for t in (
    '{"a": 1, "b": 2}',
    '{"a": 3, "b": 4}',
    '{"a": 3, "b": 4, "c": 5}',
    '{"a": 3}',
    '{"a": 3, "c": 4}',
    '{"a": 3, "c": 4}',
    '{"a": 1, "a": 2}',
    '{"a": 1, "b": 2, "a": 3}',
    '{"a": 1, "b": 2, "b": 3}',
    '{"b": 1, "a": 2}',
    '{"b" : 1 , "a" : {"a": {"a": 1, "b": []}, "b": 2}}',
    '{"ab": 1, "b": 2}',
    '{"\\u0061": 7, "b": 8}',
    '{"a\\"": 7, "b\\\\": 8}',
    '{"a\\"": 9, "b\\\\": 10}',
    '{"\xe9t\xe9": 1, "\u20ac": 2}',
    '{"\xe9t\xe9": 3, "\u20ac": 4}',
    '{"": 1, " ": 2}',
    '{"": 3, " ": 4}',
    "{}",
    '{"a": 12345678901234567, "b": -9, "c": -0, "d": 1e2, "e": -1.5}',
    '{"a": 123456789012345678901234567890, "b": 999999999999999999}',
):
    print(decode(t), list(decode(t)))

for t in ('{"a": 1, "b"', '{"a": 1, "b: 2}', '{"a": 1 "b": 2}', '{"a": 1, "b": }', '{"a": 1, "b": 2', '{"a": 1, "b": 2,}', '{"a": 1, "b" 2}', '{"a": 1, b: 2}', '{"a": 01, "b": 2}'):
    try:
        decode(t)
    except json.JSONDecodeError as e:
        print(e)

# The dicts are their own.
x, y = decode('{"a": 1, "b": 2}'), decode('{"a": 1, "b": 2}')
x["c"] = 3
del x["a"]
print(x, y, decode('{"a": 5, "b": 6}'))

# Many kinds of objects, of many keys.
for n in range(40):
    d = {"k%d_%d" % (n, i): i for i in range(n * 3)}
    for _ in range(2):
        assert json.loads(json.dumps(d)) == d
kinds = [{"id": i, "k%d" % (i % 11): i, "end": [i]} for i in range(200)]
assert json.loads(json.dumps(kinds)) == kinds
long = {"x" * 200: 1, "y": 2}
assert [json.loads(json.dumps(long)) for _ in range(3)] == [long] * 3


# Hooks see the same.
def hook(d):
    d["seen"] = json.loads('{"a": 1, "b": {"a": 2, "b": 3}}') if "a" in d else None
    return d


h = json.JSONDecoder(object_hook=hook)
print(h.decode('[{"a": 1, "b": 2}, {"a": 3, "b": {"a": 4, "c": 5}}]'))
print(json.loads('[{"a": 1, "b": 2}, {"a": 3, "b": 4}]', object_pairs_hook=lambda p: p))
print(json.loads('[{"a": 1, "b": 2}, {"a": 3, "b": 4}]', parse_int=lambda s: "<" + s + ">"))

s = json.loads('[{"a_key": 1, "b_\xe9": 2}, {"a_key": 3, "b_\xe9": 4}]')
(a, b), (c, d) = sorted(s[0]), sorted(s[1])
print(a is c, b is d)
