"""Text scanned by hand: a converter from a Markdown-like markup to HTML with find, startswith, slices and joins.

usage: markdown.py [copies]
"""
# perf: 20000
import sys

SOURCE = """# A guide to *small* boats

Small boats come in **many kinds**. Some are `flat`, some are *not*,
and [this page](https://example.org/boats?kind=1&size=2) lists 5 < 7 of them.

## What to bring

* a paddle, or **two**
* something to eat
  and to drink
* `rope`

1. Untie the rope
2. Sit *down*
3. Go

> A boat is a hole in the water
> into which **one** pours money.

```
def float(boat):
    return boat.weight < boat.volume   # *not* markup
```

| kind | length | price |
| canoe | 4.8 | 900 |
| dinghy | 3.2 | 1500 |

An * alone, a lonely ` and [brackets without a target] stay as they are.
---
The end, with trailing spaces   
"""


def escape(text):
    return text.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')


def inline(text):
    """Emphasis, code and links within a line."""
    out = []
    position = 0
    plain = 0

    def flush(end):
        if plain < end:
            out.append(escape(text[plain:end]))

    while position < len(text):
        char = text[position]
        if char == '`':
            end = text.find('`', position + 1)
            if end > 0:
                flush(position)
                out.append('<code>' + escape(text[position + 1:end]) + '</code>')
                plain = position = end + 1
                continue
        elif char == '*':
            mark = '**' if text.startswith('**', position) else '*'
            end = text.find(mark, position + len(mark))
            inside = text[position + len(mark):end]
            if end > 0 and inside and not inside[0].isspace() and not inside[-1].isspace():
                flush(position)
                tag = 'strong' if mark == '**' else 'em'
                out.append(f'<{tag}>{inline(inside)}</{tag}>')
                plain = position = end + len(mark)
                continue
        elif char == '[':
            middle = text.find('](', position)
            end = text.find(')', middle) if middle > 0 else -1
            if end > 0 and '[' not in text[position + 1:middle]:
                flush(position)
                out.append('<a href="%s">%s</a>' % (escape(text[middle + 2:end]), inline(text[position + 1:middle])))
                plain = position = end + 1
                continue
        position += 1
    flush(len(text))
    return ''.join(out)


class Converter:
    def __init__(self, source):
        self.lines = source.splitlines()
        self.position = 0
        self.out = []
        self.headings = []

    def take_while(self, condition):
        taken = []
        while self.position < len(self.lines) and condition(self.lines[self.position]):
            taken.append(self.lines[self.position])
            self.position += 1
        return taken

    def convert(self):
        while self.position < len(self.lines):
            line = self.lines[self.position]
            if not line.strip():
                self.position += 1
            elif line.startswith('#'):
                self.heading(line)
            elif line.startswith('```'):
                self.code()
            elif line.startswith('* ') or line.split('.', 1)[0].isdigit() and '. ' in line:
                self.listing('ul' if line[0] == '*' else 'ol')
            elif line.startswith('>'):
                quoted = self.take_while(lambda text: text.startswith('>'))
                inner = Converter('\n'.join(text.lstrip('> ') for text in quoted)).convert()
                self.out.append(f'<blockquote>{inner}</blockquote>')
            elif line.startswith('|'):
                self.table()
            elif set(line.strip()) == {'-'}:
                self.out.append('<hr>')
                self.position += 1
            else:
                text = self.take_while(lambda text: text.strip() and text[0] not in '#>|-`')
                self.out.append('<p>' + inline(' '.join(part.strip() for part in text)) + '</p>')
        return '\n'.join(self.out)

    def heading(self, line):
        level = len(line) - len(line.lstrip('#'))
        title = inline(line[level:].strip())
        anchor = ''.join(c if c.isalnum() else '-' for c in line[level:].strip().lower()).strip('-')
        self.headings.append((level, anchor))
        self.out.append(f'<h{level} id="{anchor}">{title}</h{level}>')
        self.position += 1

    def code(self):
        self.position += 1
        body = self.take_while(lambda text: not text.startswith('```'))
        self.position += 1
        self.out.append('<pre>' + escape('\n'.join(body)) + '</pre>')

    def listing(self, tag):
        items = []
        for line in self.take_while(str.strip):
            if line[0].isspace():
                items[-1] += ' ' + line.strip()
            else:
                items.append(line.partition(' ')[2])
        body = ''.join(f'<li>{inline(item)}</li>' for item in items)
        self.out.append(f'<{tag}>{body}</{tag}>')

    def table(self):
        rows = []
        for number, line in enumerate(self.take_while(lambda text: text.startswith('|'))):
            tag = 'td' if number else 'th'
            cells = [cell.strip() for cell in line.strip('|').split('|')]
            rows.append('<tr>' + ''.join(f'<{tag}>{inline(cell)}</{tag}>' for cell in cells) + '</tr>')
        self.out.append('<table>' + ''.join(rows) + '</table>')


def main():
    copies = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    tags, total = {}, 0
    for number in range(copies):
        converter = Converter(SOURCE.replace('boat', f'boat{number}'))
        html = converter.convert()
        total += len(html)
        position = html.find('<')
        while position >= 0:
            end = min(html.find(stop, position) % (len(html) + 1) for stop in (' ', '>'))
            name = html[position + 1:end]
            tags[name] = tags.get(name, 0) + 1
            position = html.find('<', end)
    print(total, sorted(tags.items()))
    print(html)


if __name__ == '__main__':
    main()
