# golden: 3.14
# f-strings after PEP 701: quotes, backslashes, comments and nesting inside the braces.
x = 5
words = ['a', 'b']
print(f'{'same quotes'}', f"{"double"}", f'{', '.join(words)}', f"{words[0] + "x"}")
print(f'{'\n'.join(words)}', f'{'tab\there'}', f'{'\x41'}')
print(f'{
    x  # a comment
    + 1
}')
print(f'{f'{f'{f'{x}'}'}'}')
print(f"{f"{f"{x + 1}"}"}")
print(f'{x:{'>'}{f'{3}'}}|')
print(f'{'a' if x else 'b'}', f'{ {'k': 'v'}['k'] }')
print(f'''{'''triple'''}''', f'{"""a"""}')
print(f'{x!r:{'^'}{5}}|', f'{x = !r}', f'{'q'=}')
print(f'{[f'{i}' for i in range(3)]}')
print(f"{'a' 'b'}", f'{"\\"}', f'{'\''}')
print(rf'{'\n'}'.encode(), rf'{x}\{x}')
print(f'{(lambda s: s + '!')('hi')}')
