"""Matches while other matches of the same pattern are in progress, with few groups and many, and after long searches."""
import re

word = re.compile(r'(\w)(\w*)')


def shout(m):
    inner = word.sub(lambda n: n[2].upper() + n[1], m[2][::-1])
    return f'<{m[1]}{inner}{word.match(m[2]) is not None}{m.span()}{m.lastindex}>'


print(word.sub(shout, 'some words, a b'))
outer = word.finditer('ab cd ef')
print([(m.group(), [n.groups() for n in word.finditer(m.group() + ' x')]) for m in outer])

six = re.compile('(a)?(b)?(c)?(d)?(e)?(f)?')
kept = [six.match(s) for s in ('abcdef', 'bdf', '', 'abc')]
print([m.regs for m in kept])
print([m.groups('-') for m in kept], [m.lastindex for m in kept])
four = re.compile(r'(?P<n>\d+)|(?P<w>[a-z]+)|(?P<s>\s+)|(?P<o>[-+*/()])')
print([(m.lastgroup, m.group(), m.start(m.lastgroup)) for m in four.finditer('ab + 12*(c)')])
print(four.match('x').groupdict(), four.match('!'))

loops = re.compile(r'(?:(a|b)*?c){2,3}(\d)?')
print([m.groups() for m in loops.finditer('abcbc1 cc ccc2 aac')])
long = re.compile(r'(?:x|y)*z')
print(long.match('xy' * 5000), long.match('xy' * 5000 + 'z').end(), long.search('az').span())
print(re.split(r'(,)|(;)', 'a,b;c'), re.findall(r'(a)(b)?', 'abaab'), re.sub('(a)|b', r'[\1]', 'ab'))


class Stop(Exception):
    pass


def stop(m):
    raise Stop(m.group())


for _ in range(2):
    try:
        word.sub(stop, 'one two')
    except Stop as e:
        print('stopped at', e, word.fullmatch('three').groups())
