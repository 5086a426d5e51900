# stdin: first line\nsecond\n\nlast without newline
# Reading standard input: input(), iteration, read.
import sys
print(input('prompt> '), input())
for line in sys.stdin:
    print(repr(line))
    break
print(sys.stdin.readline(), sys.stdin.read() == '')
try:
    input()
except EOFError as e:
    print('EOFError', e)
