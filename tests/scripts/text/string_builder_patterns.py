# String work in bulk: concatenation, slicing, searching in ASCII and wide strings, immutability, interning.
s = ''
for i in range(500):
    s += chr(ord('a') + i % 26)
print(len(s), s[:3], s[-3:], s.count('abc'), s.find('xyz'), s.rfind('a'))
wide = ''
for i in range(300):
    wide += 'aé€😀'[i % 4]
print(len(wide), wide[:8], wide[100:104], wide[-1], wide[::75], wide.count('€'), wide.index('😀', 50), wide.rindex('é'), wide[150], [wide[i] for i in range(0, 300, 99)])
parts = []
for word in 'the quick brown fox'.split():
    parts.append(word[::-1].capitalize())
print(' '.join(parts), ''.join(reversed('abc')), '-'.join(str(i) for i in range(10)))
for text in ('hello world', 'héllo wörld', '日本語テキスト', '😀😁😂', ''):
    print(text.upper(), text[1:4], text[-2:], text.find('l'), len(text.encode()), text.replace(text[:1], '_') if text else 'empty', text.center(20, '.'), text.split(' '), [c for c in text][:3], text == text[:], hash(text) == hash(text[:]), text * 2 == text + text, list(text[::-1])[:2], text.zfill(12), repr(text))
a = 'mixed é'
b = a[:5]
print(b, b.isascii(), a.isascii(), a[6:] == 'é', a.encode('latin-1'), (a + '€')[:7] == a)
big = 'ab' * 5000 + '€' + 'cd' * 5000
print(len(big), big.index('€'), big[10001:10005], big.find('cd'), big.find('ba', 9990), big.rfind('ab'), big.count('ab'), big[::5000], big.partition('€')[1], len(big.split('€')[1]))
table = str.maketrans('abc', 'xyz', 'd')
print(big.translate(table).count('xy'), 'abcd'.translate({ord('a'): 'long', 98: None, 99: 0x20AC}), 'x'.translate({}), 'é'.translate({233: 'e'}))
lines = 'one\ntwo\r\nthree\n\nfive'
print(lines.splitlines(), lines.split('\n'), [len(l) for l in lines.splitlines(keepends=True)], lines.count('\n'), lines.expandtabs())
print('%s' % big[:5], f'{big[:3]!r:>10}', '{:.4}'.format(big), big[:0] == '', 'ab' in big, '€c' in big, 'cab' in big, big.startswith('abab'), big.endswith(('x', 'cd')))
words = 'it was the best of times it was the worst of times'.split()
counts = {}
for w in words:
    counts[w] = counts.get(w, 0) + 1
print(sorted(counts.items(), key=lambda p: (-p[1], p[0])))
print('a,b;c d'.replace(',', ' ').replace(';', ' ').split(), 'CamelCaseString'.swapcase(), ''.join(c if c.islower() else '_' + c.lower() for c in 'CamelCaseString').lstrip('_'))
print(all(ord(chr(i)) == i for i in list(range(0, 0x3000, 7)) + list(range(0x10000, 0x10FFFF, 4099))), ''.join(map(chr, range(0x3b1, 0x3b5))), [hex(ord(c)) for c in '\x7f\x80\u07ff\u0800\uffff\U00010000'])
palindrome = lambda t: (c := [x.lower() for x in t if x.isalnum()]) == c[::-1]
print(palindrome('A man, a plan, a canal: Panama'), palindrome('no'))
caesar = lambda t, n: ''.join(chr((ord(c) - 97 + n) % 26 + 97) if c.islower() else c for c in t)
print(caesar('hello, world', 13), caesar(caesar('round trip', 5), -5))
rle = lambda t: [(c, len(list(g))) for c, g in __import__('itertools').groupby(t)]
print(rle('aaabccd'), ''.join(c * n for c, n in rle('aaabccd')))
print('abc' < 'abd', 'Z' < 'a', 'é' > 'z', '' < 'a', 'a' * 100 < 'b', '😀' > '\uffff', max('abc', 'abd'), sorted(['b', 'B', 'a', 'A', 'é', 'z', '1']))
text = 'x' * 10
view = [text[i:i + 3] for i in range(0, 10, 3)]
print(view, [text[:i] for i in range(3)], text[3:3] == '', text[5:2] == '', text[-100:100] == text)
print(int('٤٢'), '٤٢'.isdecimal(), '①'.isdigit(), 'Ⅷ'.isnumeric(), 'ª'.isalpha(), 'ǆ'.title(), 'ŉ'.capitalize(), 'ΌΣΟΣ'.lower(), 'ß'.casefold() == 'SS'.casefold(), 'İ'.lower() == 'i̇')
