# golden: 3.14
# tokenize: comments, blank lines, indentation, f-strings, and errors with their places.
import io
import tokenize

src = '''def f(a):  # c
    """doc
    more"""
    x = f"a{a!r:>{10}}b{{}}" + rb'x'
    if x:

        # only
        return (1,
            0x1F, 1_0.5e-3j)
\ty = $ ?
'''
src = src.replace('\ty', '    y')
for t in tokenize.generate_tokens(io.StringIO(src).readline):
    print(tokenize.tok_name[t.type], repr(t.string), t.start, t.end, repr(t.line))
for bad in ['(1', '"abc', "'''abc\ndef", 'x = €', '0x', 'a\\ b', 'f"{x', "f'abc", 'if x:\n    a\n  b\n', 'if x:\n\ta\n        b\n', '\\']:
    try:
        print(list(tokenize.generate_tokens(io.StringIO(bad).readline))[-1])
    except (tokenize.TokenError, SyntaxError) as e:
        print(bad, type(e).__name__, e.args)
