# str methods.
s = 'Hello, World'
print(s.upper(), s.lower(), s.swapcase(), s.title(), s.capitalize(), 'ß'.upper(), 'ǅ'.title(), 'İ'.lower().encode(), 'ΑΣ'.lower(), 'ﬁ'.capitalize())
print(s.casefold(), 'Straße'.casefold(), "they're bill's".title(), 'a1b2'.title(), 'x-y z'.title())
print(s.center(20, '*'), s.ljust(15, '.'), s.rjust(15), 'abc'.center(6), 'ab'.center(5), '42'.zfill(5), '-42'.zfill(5), '+4'.zfill(4), 'x'.zfill(3))
print('  a b '.strip(), 'xxabcxx'.strip('x'), 'abcba'.lstrip('ab'), 'abcba'.rstrip('ab'), repr('\t a\n'.strip()), repr(' \u3000a\u2003'.strip()))
print('a,b,,c'.split(','), 'a b  c '.split(), ' a b  c '.split(' '), 'a,b,c'.split(',', 1), 'a b c d'.split(None, 2), ''.split(), ''.split(','), 'abc'.split('abc'))
print('a,b,c'.rsplit(',', 1), ' a b c '.rsplit(None, 1), 'a--b--c'.split('--'), 'aXbX'.rsplit('X'))
print('one\ntwo\r\nthree\rfour\x0bfive\u2028six'.splitlines(), 'a\n\nb\n'.splitlines(True), ''.splitlines(), '\n'.splitlines())
print('-'.join('abc'), ', '.join(['x']), ''.join([]), '-'.join({'k': 1}), '/'.join(c for c in 'xy'))
print(s.find('o'), s.find('o', 5), s.find('z'), s.rfind('o'), s.index('W'), s.count('l'), 'aaaa'.count('aa'), 'abc'.count(''), 'abc'.find('', 1), 'abc'.find('', 9), 'abc'.rfind(''))
print(s.replace('l', 'L'), s.replace('l', '', 2), 'abc'.replace('', '-'), 'aaa'.replace('a', 'b', 0), 'abc'.replace('', '-', 2), ''.replace('', 'x'))
print(s.startswith('Hell'), s.startswith(('x', 'H')), s.startswith('W', 7), s.endswith('ld'), s.endswith(('d', 'x')), s.endswith('o', 0, 5), ''.startswith(''), 'a'.startswith('', 5))
print('a=b=c'.partition('='), 'a=b=c'.rpartition('='), 'abc'.partition('x'), 'abc'.rpartition('x'))
print('abc'.isalpha(), 'ab1'.isalnum(), '12'.isdigit(), '²'.isdigit(), '²'.isdecimal(), '½'.isnumeric(), 'abc'.isidentifier(), '1a'.isidentifier(), 'def'.isidentifier(), ' \n'.isspace(), ''.isspace())
print('Abc'.istitle(), 'ABC'.isupper(), 'abc'.islower(), 'a\n'.isprintable(), ''.isprintable(), 'é'.isascii(), 'A1'.isupper(), '1'.isupper(), 'ß'.islower())
print('prefix-body'.removeprefix('prefix-'), 'body.py'.removesuffix('.py'), 'abc'.removeprefix('x'), 'abc'.removesuffix(''))
print('a\tb\tc'.expandtabs(4), repr('ab\tc\n\td'.expandtabs()), 'a\tb'.expandtabs(0))
print('abc'.translate({97: 'x', 98: None, 99: 0x41}), 'hello'.translate(str.maketrans('el', 'ip')), 'hello'.translate(str.maketrans('', '', 'l')), 'abc'.translate(str.maketrans({'a': 'long', 'b': 1234})))
print('{} {}'.format(1, 2), '{0} {1} {0}'.format('a', 'b'), '{x} {y}'.format(x=1, y=2), '{x}'.format_map({'x': 5}))
print('abc'[1], 'abc'[-1], 'abcdef'[1:4], 'abcdef'[::-1], 'abcdef'[::2], 'abcdef'[4:1:-1], 'abc'[5:], 'abc'[-2:], 'abc'[:0])
print('a' in 'abc', 'bc' in 'abc', '' in '', 'x' not in 'abc', 'ab' + 'cd', 'ab' * 3, 3 * 'x', 'a' * 0, 'a' * -1)
print(ord('a'), chr(97), ord('😀'), chr(0x1F600), len('😀é'), 'é😀'[1], list('añ😀'), 'añ😀'[::-1], max('abc'), sorted('hello'))
for f in (lambda: 'abc'.index('z'), lambda: 'a'.split(''), lambda: 'abc'[9], lambda: ord('ab'), lambda: chr(-1), lambda: 'a'.center(5, 'xy'),
          lambda: 'a' + 1, lambda: ','.join([1]), lambda: 'a'.join('b', 'c'), lambda: 'abc'.partition(''), lambda: 'a' * 1.5, lambda: 'a'.startswith(1),
          lambda: str.maketrans('a', 'bc'), lambda: 'x'.encode('no-such'), lambda: int.upper('a'), lambda: str.upper(5)):
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)
print(repr("it's"), repr('"'), repr('\'"'), repr('\n\t\\\x00\x7f\xa0é\u200b\U0001F600\ud800'), ascii('é😀'), 'a\u0301'.__len__())
print(hash('abc') == hash('ab' + 'c'), 'abc' is 'abc' if False else True, str(b'abc', 'ascii'), str(5), str(), str(object=1), str(None))
import sys
print(sys.intern('abc') == 'abc', 'abc'.__contains__('b'), 'b'.__eq__(5), 'a'.__lt__('b'), 'abc'.__getitem__(0), 'abc'.__mul__(2))
