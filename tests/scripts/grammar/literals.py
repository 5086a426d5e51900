# Literals of every kind, as the tokenizer sees them.
print(0, 00, 0_0, 1_000_000, 0x_FF, 0XfF, 0o17, 0O17, 0b1010, 0B1)
print(1., .5, 1e3, 1E-3, 1_0.0_1e1_0, 0e0, 00.5, 09.5, 1e400, -1e400)
print(1j, 1.5J, 0j, 1e3j, 1_0j, -0j, 3 + 4j)
print('a' "b" '''c''' """d""")
print('\a\b\f\n\r\t\v\\\'\"'.encode())
print('\x41\u00e9\U0001F600\N{GREEK SMALL LETTER ALPHA}\101\0'.encode('utf-8'))
print(r'\n\x', R'\'', br'\x', rb"\0", Rb'\\')
print(b'\x00\xff\101\n' b'more')
print('line one \
continued')
print('''triple
"quoted" 'text'
''', end='')
print(len('\
'))
print(u'unicode', U"prefix")
print(f'{1}' 'plain' f"{2!r}")
print(None, True, False, Ellipsis, ..., NotImplemented)
print([], (), {}, {1}, {1: 2}, (1,), [1, 2, ], {1, 2, }, {1: 2, })
print(1 .real, 1.0.real, 1..real, 1j.imag)
x = (
    1,  # a comment inside
    2,

    3,
)
print(x)
print("\N{BULLET}", '\N{SNOWMAN}')
print(1_2.5_0, 1e1_0)
print(~0, -1, +1, --1, -~0, not 0, not not 1)
print(int('0b11', 0), int('0o7', 0), int('1_0'), int(' 12 '))
if 1: print('one line'); print('two statements')
pass; pass
