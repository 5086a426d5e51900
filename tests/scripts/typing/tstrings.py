# golden: 3.14
# PEP 750: template strings.
from string.templatelib import Template, Interpolation
name, n = 'world', 42
t = t'hello {name}!'
print(type(t) is Template, t.strings, t.values, len(t.interpolations))
i = t.interpolations[0]
print(i.value, i.expression, i.conversion, repr(i.format_spec))
t = t'{n!r:>{5}} {"x"}'
print(t.strings, t.values)
print([(i.expression, i.conversion, i.format_spec) for i in t.interpolations])
print(list(t'a{1}b{2}'), list(t''), list(t'{1}{2}'))
print((t'a{1}' + t'b{2}c').strings, (t'x' t'{n}').strings, t'{n=}'.strings, t'{n=}'.values)
try:
    t'a' + 'b'
except TypeError as e:
    print(type(e).__name__)
print(t'{name}' == t'{name}', t''.strings, t'{{}}'.strings)


def render(template):
    out = []
    for part in template:
        match part:
            case str():
                out.append(part)
            case Interpolation(value, _, conversion, spec):
                if conversion == 'r':
                    value = repr(value)
                out.append(format(value, spec))
    return ''.join(out)


print(render(t'{name!r} {n:05d} {3.14159:.2f}'), render(rt'\n{n}'), render(t'''multi
{n}'''))
print(Template('a', Interpolation(5, 'expr', None, 's'), 'b').values, Interpolation(1).expression, repr(Interpolation(1, 'x')))
nested = t'{t'inner {n}'}'
print(nested.values[0].values)
lazy = t'{(lambda: 5)()}'
print(lazy.values, lazy.interpolations[0].expression)
print(type(iter(t)).__name__, repr(t'{1}'))
try:
    Template(5)
except TypeError as e:
    print(type(e).__name__)
for source in ("t'{'", "t'{}'", "t'a' 'b'", "tu'x'", "bt'x'"):
    try:
        compile(source, 's', 'eval')
    except SyntaxError:
        print('SyntaxError')
