# string, textwrap, difflib, pprint, shlex.
import string
import textwrap
print(string.ascii_lowercase, string.digits, string.hexdigits, string.punctuation, repr(string.whitespace), string.capwords('hello big  world'))
t = string.Template('$who likes ${what} $$5')
print(t.substitute(who='tim', what='kung pao'), t.safe_substitute(who='x'), t.get_identifiers() if hasattr(t, 'get_identifiers') else ['who', 'what'], t.is_valid() if hasattr(t, 'is_valid') else True)
for bad in (lambda: t.substitute(who='x'), lambda: string.Template('$').substitute()):
    try:
        bad()
    except (KeyError, ValueError) as e:
        print(type(e).__name__, e)
f = string.Formatter()
print(f.format('{0} {x:>4}', 1, x=2), list(f.parse('a{b!r:c}d')), f.vformat('{}', (1,), {}))


class Fmt(string.Formatter):
    def get_value(self, key, args, kwargs):
        return kwargs.get(key, f'<{key}>') if isinstance(key, str) else args[key]


print(Fmt().format('{0} {missing}', 'a'))
long = 'The quick brown fox jumped over the lazy dog, then it ran away from the hound that was chasing it across field.'
print(textwrap.fill(long, 30))
print(textwrap.wrap('a-b very-long-hyphenated-word here', 10), textwrap.shorten('Hello  world and more', 12, placeholder='...'), textwrap.wrap('', 5), textwrap.wrap('aaaaaaaaaaaa', 5, break_long_words=False))
print(textwrap.dedent('''
    indented
      more
    back
'''), textwrap.indent('a\n\nb\n', '> '), sep='')
print(textwrap.fill('one two three four', width=12, initial_indent='* ', subsequent_indent='  '))
import difflib
print('\n'.join(difflib.unified_diff('a b c d'.split(), 'a x c d e'.split(), 'old', 'new', lineterm='')))
print(difflib.get_close_matches('appel', ['ape', 'apple', 'peach']), round(difflib.SequenceMatcher(None, 'abcd', 'bcde').ratio(), 3), list(difflib.ndiff(['a\n'], ['b\n'])))
import pprint
pprint.pprint({'key': list(range(30)), 'nested': {'a': ['x' * 30, 'y' * 30, 'z' * 30], 'b': (1, 2)}, 'set': {3, 1, 2}}, width=60)
pprint.pprint([1, 'short', {'k': None}])
print(pprint.pformat({'b': 1, 'a': 2}), pprint.pformat({'b': 1, 'a': 2}, sort_dicts=False), pprint.pformat([[[[1]]]], depth=2))
import shlex
print(shlex.split("a 'b c' \"d e\" f\\ g"), shlex.quote("it's"), shlex.join(['a b', 'c']))
import fnmatch, glob
print(fnmatch.fnmatch('file.py', '*.py'), fnmatch.filter(['a.py', 'b.txt'], '*.t*'), fnmatch.fnmatchcase('A', 'a'))
import io
s = io.StringIO('line 1\nline 2\nlast')
print(s.readline(), s.read(4), s.tell(), s.readlines(), s.seek(0), list(s), s.getvalue()[:4])
s = io.StringIO()
print(s.write('abc'), s.tell(), s.seek(1), s.write('X'), s.getvalue(), s.truncate(2), s.getvalue(), s.closed, s.close(), s.closed)
b = io.BytesIO(b'binary data')
print(b.read(3), b.getvalue(), b.seek(-4, 2), b.read(), b.getbuffer()[:3].tobytes(), b.readable(), b.write(b'!'), b.getvalue())
w = io.TextIOWrapper(io.BytesIO(b'a\r\nb\n\xc3\xa9'), encoding='utf-8')
print(w.read().split('\n'), w.encoding, w.newlines)
