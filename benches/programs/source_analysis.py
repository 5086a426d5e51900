"""Programs about programs: ast visitors, rewriting, tokenize and code objects, on a text of its own.

usage: source_analysis.py [rounds]
"""
# perf: 150
import ast
import builtins
import io
import sys
import tokenize
from collections import Counter, defaultdict

SOURCE = '''
import math
from collections import deque as queue, OrderedDict

LIMIT: int = 10 * 60 + 2 ** 4


class Shape(object):
    """Something with an area."""

    sides = 0

    def __init__(self, name, *, scale=1.0, **options):
        self.name, self.scale = name, scale
        self.options = {key: value for key, value in options.items() if value is not None}

    @property
    def area(self):
        raise NotImplementedError

    async def draw(self, canvas, *points):
        async with canvas as pen:
            for x, y in points:
                await pen.move(x * self.scale, y * self.scale)
        return len(points)


class Square(Shape):
    sides = 4

    def __init__(self, side: float = 1.0 + 0.5):
        super().__init__('square', scale=2 * 3)
        self.side = side

    @property
    def area(self) -> float:
        return self.side ** 2 if self.side > 0 else -1


def search(graph, start, *goals, depth=LIMIT):
    waiting = queue([start])
    seen = set()
    while waiting and (node := waiting.popleft()) not in goals:
        try:
            seen.add(node)
            for other in graph[node]:
                if other not in seen and not (depth < 0 or other is None):
                    waiting.append(other)
        except KeyError as missing:
            print(f'no {missing!r:>{depth}} in {len(graph)} nodes', undefined_name)
        else:
            depth -= 1
    return lambda item: [math.sqrt(n) for n in range(item) if n % 2 == 0] + list(seen)
'''


class Statistics(ast.NodeVisitor):
    def __init__(self):
        self.nodes = Counter()
        self.depth = self.deepest = 0
        self.functions = {}

    def generic_visit(self, node):
        self.nodes[type(node).__name__] += 1
        self.depth += 1
        self.deepest = max(self.deepest, self.depth)
        super().generic_visit(node)
        self.depth -= 1

    def visit_FunctionDef(self, node):
        branches = (ast.If, ast.For, ast.While, ast.ExceptHandler, ast.BoolOp, ast.IfExp, ast.comprehension)
        complexity = 1 + sum(isinstance(inner, branches) for inner in ast.walk(node))
        self.functions[f'{node.name}:{node.lineno}'] = complexity, len(node.args.args) + len(node.args.kwonlyargs)
        self.generic_visit(node)

    visit_AsyncFunctionDef = visit_FunctionDef


class Folder(ast.NodeTransformer):
    """Computes what is constant."""

    OPERATORS = {
        ast.Add: lambda a, b: a + b,
        ast.Mult: lambda a, b: a * b,
        ast.Pow: lambda a, b: a**b,
        ast.Sub: lambda a, b: a - b,
    }

    def __init__(self):
        self.folded = 0

    def visit_BinOp(self, node):
        self.generic_visit(node)
        if isinstance(node.left, ast.Constant) and isinstance(node.right, ast.Constant):
            function = self.OPERATORS.get(type(node.op))
            if function is not None:
                self.folded += 1
                return ast.copy_location(ast.Constant(function(node.left.value, node.right.value)), node)
        return node


class Names(ast.NodeVisitor):
    """Which names are read but never bound, in one flat scope."""

    def __init__(self):
        self.bound = set(dir(builtins))
        self.read = defaultdict(list)

    def visit_Name(self, node):
        if isinstance(node.ctx, ast.Store):
            self.bound.add(node.id)
        else:
            self.read[node.id].append(node.lineno)

    def visit_arg(self, node):
        self.bound.add(node.arg)
        self.generic_visit(node)

    def visit_alias(self, node):
        self.bound.add(node.asname or node.name.partition('.')[0])

    def visit_ClassDef(self, node):
        self.bound.add(node.name)
        self.generic_visit(node)

    def visit_FunctionDef(self, node):
        self.visit_ClassDef(node)

    def visit_ExceptHandler(self, node):
        self.bound.add(node.name)
        self.generic_visit(node)

    def unknown(self):
        return {name: lines for name, lines in self.read.items() if name not in self.bound}


def token_statistics(source):
    kinds, longest = Counter(), ''
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        kinds[tokenize.tok_name[token.exact_type]] += 1
        if token.type == tokenize.NAME and len(token.string) > len(longest):
            longest = token.string
    return kinds, longest


def functions_in(code, prefix=''):
    for constant in code.co_consts:
        if hasattr(constant, 'co_name') and not constant.co_name.startswith('__annotate'):
            yield prefix + constant.co_name, constant.co_argcount, constant.co_varnames[:constant.co_argcount]
            yield from functions_in(constant, prefix + constant.co_name + '.')


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 14
    for n in range(rounds):
        source = SOURCE.replace('search', f'search_{n}') * 2
        tree = ast.parse(source)
        statistics = Statistics()
        statistics.visit(tree)
        names = Names()
        names.visit(tree)
        folder = Folder()
        folded = ast.fix_missing_locations(folder.visit(ast.parse(source)))
        text = ast.unparse(folded)
        again = ast.parse(text)
        assert ast.dump(again) == ast.dump(folded)
        functions = list(functions_in(compile(folded, '<folded>', 'exec')))
        kinds, longest = token_statistics(source)
    print(sum(statistics.nodes.values()), statistics.deepest, statistics.nodes.most_common(4))
    print(sorted(statistics.functions.items())[:4])
    print(names.unknown(), folder.folded, len(text.splitlines()))
    print([line for line in text.splitlines() if 'LIMIT: int' in line or 'scale=6' in line][:2])
    print([entry for entry in functions if not entry[0].endswith('>')][:3])
    print(kinds['NEWLINE'], kinds['INDENT'] == kinds['DEDENT'], kinds['DOUBLESTAR'], kinds['COLONEQUAL'], longest)
    print(ast.literal_eval("{'a': [1, -2.5, (None, True)], 'b': {1, 2}, b'c': 1 + 2j}"))
    for wrong in ('def f(:', 'x = (1,', 'return = 3'):
        try:
            ast.parse(wrong)
        except SyntaxError as error:
            print(error.lineno, end=' ')
    print()


if __name__ == '__main__':
    main()
