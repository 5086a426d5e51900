# ast: parse, walk, transform, unparse, compile.
import ast
tree = ast.parse('x = 1 + 2\nprint(x)')
print(type(tree).__name__, [type(n).__name__ for n in tree.body], tree.body[0].targets[0].id, tree.body[0].value.left.value, type(tree.body[0].value.op).__name__)
n = tree.body[1].value
print(n.lineno, n.col_offset, n.end_lineno, n.end_col_offset, n.func.id, n._fields, ast.get_source_segment('x = 1 + 2\nprint(x)', n))
print([type(n).__name__ for n in ast.walk(ast.parse('a.b[c]', mode='eval'))])


class T(ast.NodeTransformer):
    def visit_Constant(self, node):
        if isinstance(node.value, int):
            return ast.copy_location(ast.Constant(node.value * 10), node)
        return node

    def visit_Name(self, node):
        return ast.Name(id=node.id + '_', ctx=node.ctx)


new = ast.fix_missing_locations(T().visit(ast.parse('y = 5\nz = y + 1')))
ns = {}
exec(compile(new, 'transformed', 'exec'), ns)
print(ns['y_'], ns['z_'])


class V(ast.NodeVisitor):
    def __init__(self):
        self.seen = []

    def visit_FunctionDef(self, node):
        self.seen.append(node.name)
        self.generic_visit(node)


v = V()
v.visit(ast.parse('def a():\n    def b(): pass\nclass C:\n    def m(self): pass'))
print(v.seen)
for source in ('x = 1', 'a, *b = c', 'def f(a, /, b=1, *c, d, e=2, **k) -> int:\n    return a', 'class A(B, metaclass=M):\n    x: int = 5', 'if a:\n    pass\nelif b:\n    pass\nelse:\n    pass',
               'for i in x:\n    break\nelse:\n    continue_ = 1', 'while a:\n    b()', 'with a as b, c:\n    pass', 'try:\n    a\nexcept E as e:\n    b\nelse:\n    c\nfinally:\n    d', 'lambda x, *y: x if y else -x',
               '[i for i in x if i]', '{k: v for k, v in d}', '{**a, 1: 2}', 'a[1:2, ::3]', 'f(*a, **b, c=1)', 'x = (yield a)', 'async def f():\n    await x', 'from . import a as b', 'import a.b, c', 'global_ = a < b <= c != d', 'a and b or not c',
               'f"{a!r:>{w}} {{}} text"', '(x := 5)', 'del a, b[0]', 'assert a, b', 'raise A from b', '@d\ndef f():\n    pass', 'match x:\n    case [1, *r] if r:\n        pass\n    case {"k": v, **rest} | C(a, b=2):\n        pass\n    case _:\n        pass',
               "b'bytes'", '1.5e300 + 2j', '-(-a) ** -b', '(a, b)', '(a,)', 'a @ b // c', 'a.b.c(d)[e]', 'not a in b', 'x: int', 'a += 1', "'quote\\'s'", '...', 'lambda: (yield)', 'a if b else (c if d else e)', '(a if b else c).d', '(lambda: 0)()', '{1, 2}', '()', '[]'):
    text = ast.unparse(ast.parse(source))
    again = ast.unparse(ast.parse(text))
    print(text if text == again else f'not stable: {text!r} {again!r}')
print(ast.literal_eval('{"a": [1, (2.5, None)], "b": {True}, "c": -3, "d": 1+2j}'))
for bad in ('f()', 'a', '1 + 1 + x', '[i for i in x]', 'open("x")'):
    try:
        ast.literal_eval(bad)
    except ValueError as e:
        print('ValueError')
print(eval(compile(ast.Expression(ast.BinOp(ast.Constant(6), ast.Mult(), ast.Constant(7), lineno=1, col_offset=0, end_lineno=1, end_col_offset=1) if False else ast.fix_missing_locations(ast.Expression(ast.BinOp(ast.Constant(6), ast.Mult(), ast.Constant(7)))).body), 'x', 'eval')))
print(ast.dump(ast.Constant(5)), ast.dump(ast.Pass()), isinstance(ast.parse('1').body[0], ast.stmt), issubclass(ast.Add, ast.operator))
print(ast.get_docstring(ast.parse('"""doc"""\nx')), list(ast.iter_child_nodes(ast.parse('a; b')))[0].value.id, [f for f, _ in ast.iter_fields(ast.Name('x', ast.Load()))])
try:
    compile(ast.Module([ast.Expr(ast.Name('x', ast.Store(), lineno=1, col_offset=0), lineno=1, col_offset=0)], []), 'x', 'exec')
except ValueError as e:
    print(e)
