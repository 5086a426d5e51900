# re.
import re
print(re.match(r'(\w+) (\w+)', 'hello world again').groups(), re.search(r'\d+', 'abc 123 def').group(), re.search('z', 'abc'), re.fullmatch(r'\d+', '123a'), re.findall(r'\b\w', 'one two'), re.findall(r'(\w)(\d)', 'a1 b2'), re.split(r'[,;]\s*', 'a, b;c'), re.split(r'(-)', 'a-b'))
m = re.search(r'(?P<first>\w+)\s(?P<second>\w+)(?P<third>!)?', 'say hello world')
print(m.group(0), m.group('first'), m[2], m.groupdict(), m.span(), m.start(2), m.end('first'), m.lastindex, m.lastgroup, m.string, m.re.pattern, m.groups('default'), m.expand(r'\2-\g<first>'), m.pos, m.endpos)
print(repr(m), bool(m), m.regs if hasattr(m, 'regs') else '')
print(re.sub(r'\d', '#', 'a1b2'), re.sub(r'(\w)(\d)', r'\2\1', 'a1b2'), re.sub('x*', '-', 'abxd'), re.subn('a', 'b', 'aaa', count=2), re.sub(r'\w+', lambda m: m.group().upper(), 'ab cd'), re.sub('', '-', 'abc'), re.sub(r'(?P<n>a)', r'[\g<n>]', 'banana'))
for pattern, text in ((r'a*', 'aaa'), (r'a*?b', 'aab'), (r'a+?', 'aaa'), (r'a{2,3}', 'aaaa'), (r'a{2}', 'a'), (r'(a|ab)(c|bcd)(d*)', 'abcd'), (r'(?:ab)+', 'ababx'), (r'^\w+$', 'word'), (r'\Aab\Z', 'ab'), (r'.', '\n'), (r'[^abc]', 'abcd'), (r'[a-z0-9_]+', 'az09_Z'), (r'\s\S\d\D\w\W', ' x1y_!'), (r'a(?=b)', 'ab'), (r'a(?!b)', 'ab ac'), (r'(?<=a)b', 'ab'), (r'(?<!a)b', 'ab cb'), (r'(\w)\1', 'hello'), (r'(?P<q>[\'"]).*?(?P=q)', '"it\'s"'), (r'(a)?(?(1)b|c)', 'ab'), (r'(a)?(?(1)b|c)', 'c'), (r'a++b', 'aab'), (r'(?>a+)ab', 'aaab'), (r'\bfoo\b', 'a foo b'), (r'\Boo', 'foo'), (r'[]a]', ']'), (r'[\]\-^]', '-'), (r'\x41\u0042\t', 'AB\t'), (r'x|', 'y'), (r'()', '')):
    m = re.search(pattern, text)
    print(pattern, m and (m.group(), m.groups()))
print(re.findall('(?i)abc', 'ABC aBc'), re.findall('^a', 'a\na', re.M), re.findall('a.b', 'a\nb', re.S), re.findall(r'''a  # comment
  b''', 'ab', re.X), re.findall(r'\w+', 'é ü', re.A), re.findall(r'\w+', 'é ü'), re.search('(?i:A)b', 'ab').group(), re.search('(?s-i:.)', '\n'), re.findall('ß', 'SS', re.I), re.search('É', 'é', re.I).group())
p = re.compile(r'(\d+)', re.I | re.M)
print(p, p.pattern, p.groups, p.groupindex, p.flags & re.I, [m.group() for m in p.finditer('1 22 333')], p.match('a1', 1).group(), p.search('1 2 3', 1, 3).group(), p.fullmatch('12').span(), p.sub('N', 'a1b22', count=1), p.split('a1b2c'), p == re.compile(r'(\d+)', re.I | re.M))
for bad in ('(', ')', '[', '*a', 'a**', '(?P<1>a)', '(?P<n>a)(?P<n>b)', r'\1', '(?<=a*)b', 'a{2,1}', '(?z)', '[b-a]', '\\', '(?P=x)', r'\g', '(?(1)a)'):
    try:
        re.compile(bad)
        print(bad, 'compiled')
    except re.error as e:
        print(bad, e.pos)
print(re.findall(rb'\w+', b'ab cd'), re.sub(rb'a', b'b', b'aa'), re.escape('a.b*c[d] e-f'), re.escape(b'.'), re.search(r'\.', 'a.b').start())
for bad in (lambda: re.search('a', b'a'), lambda: re.search(b'a', 'a'), lambda: re.sub('a', b'b', 'a'), lambda: re.compile(5), lambda: m.group(9), lambda: re.sub('(a)', r'\2', 'a'), lambda: re.match('(a)', 'a').group('x')):
    try:
        bad()
    except Exception as e:
        print(type(e).__name__.replace('PatternError', 'error'))
print(re.split(r'\s*', 'a b'), re.findall(r'', 'ab'), [m.span() for m in re.finditer(r'\b', 'ab cd')], re.sub(r'\b', '|', 'ab cd'), re.split('', 'abc'), re.findall('a|', 'ba'))
text = 'The quick brown fox jumps over the lazy dog. ' * 20
print(len(re.findall(r'\b[a-z]{3}\b', text)), len(re.split(r'[.\s]+', text)), re.sub(r'(\w+) (\w+)', r'\2 \1', text)[:40], sum(len(m) for m in re.findall(r'[aeiou]+', text)), re.search(r'(.*?)dog', text).end())
print(re.match(r'(a*)*b', 'aaaa'), re.match(r'(?:a|b)*c', 'abab' * 50 + 'c').end(), re.match(r'((a)|b)*', 'ab').groups(), re.match(r'(a)|(b)', 'b').groups(), re.search('日本', 'に日本').span(), re.search(r'[\u4e00-\u9fff]+', 'abc漢字').group(), re.findall('.', 'a😀b'), re.sub('😀', '!', 'x😀y'))
s = re.Scanner([(r'\d+', lambda s, t: int(t)), (r'\w+', lambda s, t: t), (r'\s+', None)])
print(s.scan('a 1 bc 22 ?'), re.purge(), re.RegexFlag.I, re.NOFLAG.value)
