"""Iteration over StringIO, map over natives, and format errors by type."""
import csv
import io
s = io.StringIO('one\ntwo\r\nthree')
print([line for line in s], list(s), s.tell())
s.seek(2)
for line in s:
    print(repr(line), s.tell(), repr(s.readline()))
s = io.StringIO('a\r\nb\rc\n', newline=None)
print(list(s))
s = io.StringIO('a\r\nb\rc\n', newline='')
print(list(s), next(s, 'end'))
s = io.StringIO('x\ny\n')
s.close()
try:
    for line in s:
        print(line)
except ValueError as e:
    print(e)
s = io.StringIO('p\nq\nr\n')
try:
    for line in s:
        print(line.strip())
        s.close()
except ValueError as e:
    print(e)


class Loud(io.StringIO):
    def readline(self, *size):
        return super().readline(*size).upper()


print(list(Loud('ab\ncd')), list(csv.reader(io.StringIO('a,"b\nc"\nd,é\n'))))
s = io.StringIO('é\nü')
s.seek(50)
print(list(s), sum(map(len, io.StringIO('ab\ncd\n'))), list(zip(io.StringIO('1\n2\n'), 'xy')))
print(list(map(ord, 'aé')), list(map(str.upper, 'ab')), list(map(int, '12')), sum(map(len, ['a', 'bc'])))
try:
    list(map(len, [1]))
except TypeError as e:
    print(e)
try:
    list(map(len, ['a'], ['b']))
except TypeError as e:
    print(e)
for spec in ('5d', '>4', '.2f', 'q', '5', 'b', '+,', 's'):
    for value in (7, 2.5, 'ab', True):
        try:
            print(format(value, spec), end='|')
        except ValueError as e:
            print(e, end='|')
    print()


class Money(int):
    pass


class Name(str):
    pass


for value in (Money(3), Name('n')):
    try:
        print(format(value, '3'), format(value, 'q'))
    except ValueError as e:
        print(e)
