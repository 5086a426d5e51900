"""Log files: lines made, taken apart by regular expressions, sessions and statistics, scanners, substitutions, anonymising.

usage: log_analysis.py [lines]
"""
# perf: 150000
import re
import sys
from collections import Counter, defaultdict

LINE = re.compile(
    r'''(?P<host>\d{1,3}(?:\.\d{1,3}){3})\s-\s(?P<user>[\w.-]+|-)\s
        \[(?P<day>\d\d)/(?P<month>[A-Z][a-z]{2})/(?P<year>\d{4}):(?P<time>[\d:]{8})\s[+-]\d{4}\]\s
        "(?P<method>GET|POST|PUT|DELETE)\s(?P<path>[^\s?"]+)(?:\?(?P<query>[^\s"]*))?\sHTTP/(?P<version>1\.[01]|2)"\s
        (?P<status>[1-5]\d\d)\s(?P<size>\d+|-)
        (?:\s"(?P<agent>(?:[^"\\]|\\.)*)")?''',
    re.VERBOSE,
)
PARAMETER = re.compile(r'([^&=;]+)=([^&;]*)')
PERCENT = re.compile(r'%([0-9a-fA-F]{2})')
BROWSER = re.compile(r'\b(Firefox|Chrome|Safari)/(\d+)(?:\.\d+)*', re.IGNORECASE)
BOT = re.compile(r'bot\b|crawl(?:er|ing)|spider', re.I)
ADDRESS = re.compile(r'\b(\d{1,3})\.(\d{1,3})\.\d{1,3}\.\d{1,3}\b')
NUMBER_IN_PATH = re.compile(r'(?<=/)\d+(?=/|$)')
TOKENS = re.compile(r'(?P<number>\d+(?:\.\d+)?)|(?P<word>[A-Za-z_]\w*)|(?P<op>[<>=!]=|[<>()])|(?P<space>\s+)|(?P<bad>.)')

AGENTS = [
    'Mozilla/5.0 (X11; Linux) Gecko Firefox/128.0',
    'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0.1 Safari/537.36',
    'SearchBot/2.1 (+http://search.example/bot.html)',
    'curl \\"quoted\\" 8.5',
]
PATHS = ['/', '/index.html', '/items/{0}', '/items/{0}/edit', '/api/v2/users/{0}/orders/{1}', '/static/app.{0}.js']


def make_lines(count):
    state = 2463534242
    seconds = 0
    for i in range(count):
        state ^= state << 13 & 0xFFFFFFFF
        state ^= state >> 17
        state ^= state << 5 & 0xFFFFFFFF
        seconds += state % 7
        host = f'10.{state % 5}.{(state >> 4) % 20}.{(state >> 8) % 50}'
        user = '-' if state % 3 else f'user.{state % 40}'
        time = f'{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}:{seconds % 60:02}'
        path = PATHS[(state >> 12) % 6].format(state % 1000, state % 77)
        if state % 4 == 0:
            path += f'?q=a%20b%C3{state % 10}&page={state % 9};sort=name'
        status = [200, 200, 200, 304, 404, 500][(state >> 16) % 6]
        method = ['GET', 'GET', 'GET', 'POST', 'DELETE'][(state >> 20) % 5]
        size = '-' if status == 304 else state % 50000
        agent = AGENTS[(state >> 24) % 4]
        line = f'{host} - {user} [03/Mar/2025:{time} +0000] "{method} {path} HTTP/1.1" {status} {size} "{agent}"'
        yield line[:40] if i % 97 == 96 else line


def decode(text):
    return PERCENT.sub(lambda match: chr(int(match[1], 16)), text)


class Report:
    def __init__(self):
        self.bad = 0
        self.statuses = Counter()
        self.routes = defaultdict(lambda: [0, 0])
        self.browsers = Counter()
        self.parameters = Counter()
        self.last_seen = {}
        self.sessions = Counter()

    def feed(self, line):
        match = LINE.fullmatch(line)
        if match is None:
            self.bad += 1
            return
        fields = match.groupdict()
        self.statuses[fields['status'][0] + 'xx'] += 1
        route = self.routes[fields['method'], NUMBER_IN_PATH.sub('<n>', fields['path'])]
        route[0] += 1
        route[1] += int(fields['size']) if fields['size'] != '-' else 0
        for name, value in PARAMETER.findall(fields['query'] or ''):
            self.parameters[name, decode(value)] += 1
        agent = fields['agent'] or ''
        if BOT.search(agent):
            self.browsers['bot'] += 1
        else:
            found = [f'{m[1].lower()} {m[2]}' for m in BROWSER.finditer(agent)]
            self.browsers[found[0] if found else 'other'] += 1
        hours, minutes, seconds = map(int, fields['time'].split(':'))
        now = hours * 3600 + minutes * 60 + seconds
        if now - self.last_seen.get(fields['host'], -10**6) > 900:
            self.sessions[fields['host']] += 1
        self.last_seen[fields['host']] = now


def filter_tokens(text):
    for match in TOKENS.finditer(text):
        if match.lastgroup == 'bad':
            raise ValueError(f'{match.group()!r} at {match.start()}')
        if match.lastgroup != 'space':
            yield match.lastgroup, match.group()


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 12000
    lines = list(make_lines(count))
    report = Report()
    for line in lines:
        report.feed(line)
    print(report.bad, sorted(report.statuses.items()), report.browsers.most_common())
    for (method, path), (hits, size) in sorted(report.routes.items(), key=lambda item: (-item[1][0], item[0]))[:5]:
        print(f'{method:<7}{path:<32}{hits:>6}{size:>12}')
    print(report.parameters.most_common(3), len(report.sessions), max(report.sessions.values()))
    text = '\n'.join(lines)
    hidden, replaced = ADDRESS.subn(r'\1.\2.x.x', text)
    print(replaced, hidden[:60])
    print(len(re.findall(r'^.*" 500 \d+', text, re.M)), len(re.split(r'"\s', text)), text.count('Firefox'))
    longest = max(re.findall(r'/\w+(?:/\w+)*', text[:200000]), key=lambda path: (len(path), path))
    repeated = re.findall(r'\b(\d)\1\1\b|(\w)\2{2}', text[:100000])
    print(longest, len(repeated), re.escape('a.b*c'), re.sub(r'(?i)(get|post) (\S+)', r'\2 <- \g<1>', lines[0])[:80])
    print(list(filter_tokens('(status >= 400) and size<12.5')))
    try:
        list(filter_tokens('status = 4'))
    except ValueError as error:
        print(error)


if __name__ == '__main__':
    main()
