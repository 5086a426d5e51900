"""Templates: text with fields, loops and conditions becomes a tree of nodes, which renders pages from nested data.

usage: templates.py [pages]
"""
# perf: 20000
import re
import sys
from html import escape

TOKEN = re.compile(r'(\{\{.*?\}\}|\{%.*?%\})')

PAGE = """<html><head><title>{{ title|upper }}</title></head>
<body>
<h1>{{ title }} for {{ user.name|capitalize }}</h1>
{% if user.admin %}<p>You may edit.</p>{% else %}<p>Read only.</p>{% endif %}
<table>
{% for row in rows %}<tr class="{% if row.odd %}odd{% else %}even{% endif %}">\
<td>{{ row.number|pad }}</td><td>{{ row.name }}</td><td>{{ row.price|money }}</td><td>{{ row.note|escape }}</td></tr>
{% endfor %}</table>
<p>{% for tag in tags %}[{{ tag|lower }}] {% endfor %}</p>
<p>Total {{ total|money }}</p>
</body></html>
"""

FILTERS = {
    'upper': str.upper,
    'lower': str.lower,
    'capitalize': str.capitalize,
    'escape': escape,
    'pad': '{:05d}'.format,
    'money': lambda cents: '%d.%02d' % divmod(cents, 100),
}


class TemplateError(ValueError):
    pass


class Context:
    """Names are looked up from the innermost scope outwards; dots go into dicts and attributes."""

    def __init__(self, data):
        self.scopes = [data]

    def lookup(self, path):
        first, *rest = path
        for scope in reversed(self.scopes):
            if first in scope:
                value = scope[first]
                break
        else:
            raise TemplateError(f'nothing is named {first!r}')
        for part in rest:
            value = value[part] if isinstance(value, dict) else getattr(value, part)
        return value


class Text:
    def __init__(self, text):
        self.text = text

    def render(self, context, out):
        out.append(self.text)


class Field:
    def __init__(self, expression):
        name, *filters = (part.strip() for part in expression.split('|'))
        self.path = name.split('.')
        try:
            self.filters = [FILTERS[name] for name in filters]
        except KeyError as missing:
            raise TemplateError(f'no filter {missing}') from None

    def render(self, context, out):
        value = context.lookup(self.path)
        for apply in self.filters:
            value = apply(value)
        out.append(str(value))


class Loop:
    def __init__(self, variable, path, body):
        self.variable, self.path, self.body = variable, path.split('.'), body

    def render(self, context, out):
        scope = {}
        context.scopes.append(scope)
        for value in context.lookup(self.path):
            scope[self.variable] = value
            for node in self.body:
                node.render(context, out)
        context.scopes.pop()


class Choice:
    def __init__(self, path, yes, no):
        self.path, self.yes, self.no = path.split('.'), yes, no

    def render(self, context, out):
        for node in self.yes if context.lookup(self.path) else self.no:
            node.render(context, out)


class Template:
    def __init__(self, source):
        self.tokens = iter(TOKEN.split(source))
        self.nodes, end = self.parse()
        if end:
            raise TemplateError(f'unexpected {end}')

    def parse(self):
        nodes = []
        for token in self.tokens:
            if token.startswith('{{'):
                nodes.append(Field(token[2:-2]))
            elif token.startswith('{%'):
                words = token[2:-2].split()
                match words:
                    case ['for', variable, 'in', path]:
                        body, _ = self.parse()
                        nodes.append(Loop(variable, path, body))
                    case ['if', path]:
                        yes, end = self.parse()
                        no = self.parse()[0] if end == 'else' else []
                        nodes.append(Choice(path, yes, no))
                    case ['else' | 'endif' | 'endfor' as end]:
                        return nodes, end
                    case _:
                        raise TemplateError(f'unknown tag {" ".join(words)}')
            elif token:
                nodes.append(Text(token))
        return nodes, None

    def render(self, **data):
        out = []
        context = Context(data)
        for node in self.nodes:
            node.render(context, out)
        return ''.join(out)


class User:
    def __init__(self, name, admin):
        self.name = name
        self.admin = admin


def make_rows(page):
    names = ['Bolt & Nut', '<Gear>', 'Washer', 'Spring "S"', 'Lever']
    for i in range(30):
        number = page * 100 + i
        yield {
            'number': number,
            'name': f'{names[number % 5].split()[0].strip("<>"):*^12}',
            'price': number * 37 % 9973,
            'odd': i % 2 == 1,
            'note': 'see {0}, or {0}: {1!r:>14} {2:6.2f}'.format(page, names[i % 5], number / 7),
        }


def main():
    pages = int(sys.argv[1]) if len(sys.argv) > 1 else 1500
    template = Template(PAGE)
    length = checksum = 0
    for page in range(pages):
        rows = list(make_rows(page))
        user = User('user%d' % page, page % 3 == 0)
        total = sum(row['price'] for row in rows)
        text = template.render(title='Parts', user=user, rows=rows, tags=['New', 'SALE', user.name], total=total)
        length += len(text)
        checksum = (checksum * 31 + sum(map(ord, text))) % 1000003
    print(length, checksum)
    print('\n'.join(text.splitlines()[:7]))
    for wrong in ('{{ a|frobnicate }}', '{% while x %}', 'text {% endif %}'):
        try:
            Template(wrong)
        except TemplateError as error:
            print(error)


if __name__ == '__main__':
    main()
