# json.
import json
for value in (None, True, 5, -1.5, 'text "q" \n \u20ac \U0001F600', [], {}, [1, [2]], {'a': {'b': [None]}}, (1, 2), 1e100, 10 ** 30, {1: 'i', None: 'n', True: 't', 1.5: 'f'}, '\ud800', float('inf'), '/\\\b\f\x00'):
    print(json.dumps(value))
print(json.dumps({'b': 1, 'a': [1, 2]}, sort_keys=True, indent=2))
print(json.dumps([1, {'k': []}], indent='\t'), json.dumps({'a': 1, 'b': 2}, separators=(',', ':')), json.dumps('é', ensure_ascii=False), json.dumps([[]], indent=1), json.dumps({}, indent=2))
for text in ('null', 'true', '[1, 2.5, -3e2]', '{"a": {"b": []}}', '"\\u00e9\\n\\ud83d\\ude00"', ' [ ] ', '123456789012345678901234567890', '1.0', '1E5', 'NaN', '-Infinity', '"\\ud800"', '0', '-0', '{"a": 1, "a": 2}'):
    print(ascii(json.loads(text)), type(json.loads(text)).__name__)
for bad in ('', '[1,', '{"a"}', "{'a': 1}", '[1 2]', 'nul', '"abc', '01', '"\\x"', '1 2', '"\n"', '+1', '.5', '{1: 2}'):
    try:
        json.loads(bad)
    except json.JSONDecodeError as e:
        print(repr(bad), type(e).__name__, e.lineno, e.colno, e.pos)


class Obj:
    pass


try:
    json.dumps(Obj())
except TypeError as e:
    print(str(e).split('\n')[0])
print(json.dumps({'o': Obj()}, default=lambda o: type(o).__name__), json.dumps({(1, 2): 'x', 'k': 1}, skipkeys=True))
try:
    json.dumps({(1, 2): 'x'})
except TypeError as e:
    print('keys must be' in str(e))
try:
    json.dumps(float('nan'), allow_nan=False)
except ValueError as e:
    print('ValueError')
circular = []
circular.append(circular)
try:
    json.dumps(circular)
except ValueError as e:
    print(str(e).split('\n')[0])


class Enc(json.JSONEncoder):
    def default(self, o):
        if isinstance(o, set):
            return sorted(o)
        return super().default(o)


print(json.dumps({'s': {2, 1}}, cls=Enc), list(Enc().iterencode([1, {'a': 2}])) != [], Enc(indent=1).encode([1]))
print(json.loads('{"x": 1.5, "y": 2}', parse_float=str, parse_int=lambda s: s + '!'), json.loads('{"a": 1}', object_hook=lambda d: list(d.items())), json.loads('{"b": 1, "a": 2}', object_pairs_hook=list), json.loads('[NaN]', parse_constant=str))
import io
buf = io.StringIO()
json.dump({'k': [1, 2]}, buf)
buf.seek(0)
print(buf.getvalue(), json.load(buf), json.loads(b'[1]'), json.loads('"é"'.encode('utf-16')), json.loads(bytearray(b'{}')))
print(json.JSONDecoder().raw_decode('[1] tail'), json.JSONDecoder().decode(' 5 '))


class S(str):
    pass


class I(int):
    def __repr__(self):
        return 'never'


print(json.dumps([S('s'), I(5), {S('k'): I(1)}]))
data = {'list': list(range(20)), 'nested': {'deep': {'er': ['x'] * 3}}}
print(json.loads(json.dumps(data)) == data, len(json.dumps(data, indent=4)))
