# golden: 3.14
# compile() of trees: the same code as from source, own places and names, and what is refused.
import ast
src = '''@deco(1)
@deco2
def f(a, b=2, /, c=3, *args, d, e=-5, **kw) -> int:
    "doc"
    x: int = a if b else c
    y = [i * 2 for i in range(3) if i] + [*args]
    for q in y:
        if q > 1: continue
        elif q == 0: break
        else: pass
    else:
        z = {**kw, 'k': 1}
    try:
        with open(x) as g, h: pass
    except (A, B) as err: raise X from err
    finally: del x
    s = f"{a!r:>{b}}{{}}{c}" + 'x\\udc80' + t"{a}".strings[0] if 0 else b'bytes'
    lambda *a, k=1, **z: (yield)
    match a:
        case [1, -2, *rest] | [*rest] if rest: return 1
        case P(1, x=None) as w: pass
        case _: pass
    global G; nonlocal_ = 1e400 + 3j + 123456789012345678901234567890
    assert a < b <= c is not d, 'msg'
    return (a := 5)[1:2, ::3]
class C[T: int, *Ts, **P](Base, metaclass=M):
    type Al[V] = list[V]
    async def m(self):
        async with a: pass
        async for x in y: await z
        return {k: v async for k, v in z}
    import a.b as c
    from ..x import y as z, w
'''
tree = ast.parse(src)
c1, c2 = compile(src, 'f', 'exec'), compile(tree, 'f', 'exec')


def same(a, b):
    """Whether a tree compiles to what its source does."""
    if (a.co_code, a.co_names, a.co_varnames, a.co_firstlineno, a.co_flags) != (b.co_code, b.co_names, b.co_varnames, b.co_firstlineno, b.co_flags):
        return False
    if [p[0] for p in a.co_positions()] != [p[0] for p in b.co_positions()]:
        return False
    pairs = zip(a.co_consts, b.co_consts)
    return all(same(x, y) if hasattr(x, 'co_code') else repr(x) == repr(y) for x, y in pairs)


print(same(c1, c2))
t = ast.parse('1/0'); ast.increment_lineno(t, 41)
try: exec(compile(t, 'mod.py', 'exec'))
except ZeroDivisionError as e: print(e.__traceback__.tb_next.tb_lineno)
t = ast.Module([ast.Assign([ast.Name('@py_x', ast.Store())], ast.Constant(5)), ast.Expr(ast.Call(ast.Name('print', ast.Load()), [ast.Name('@py_x', ast.Load()), ast.JoinedStr([ast.Constant('a{'), ast.FormattedValue(ast.Constant(-12), -1, None)]), ast.Constant((1, (2, -3), 'x')), ast.Constant(-2**70), ast.Constant(float('nan'))], []))], [])
exec(compile(ast.fix_missing_locations(t), '<t>', 'exec'))
def bad(node, mode='exec'):
    try: compile(ast.fix_missing_locations(node), '<t>', mode); print('ok')
    except Exception as e: print(type(e).__name__, e)
E_ = ast.Expression
bad(E_(ast.Name('x', ast.Store())), 'eval')
bad(ast.Module([ast.Assign([ast.Name('x', ast.Load())], ast.Constant(1))], []))
bad(ast.Module([ast.FunctionDef('f', ast.arguments(), [], [])], []))
bad(E_(ast.BoolOp(ast.And(), [ast.Constant(1)])), 'eval')
bad(E_(ast.Compare(ast.Constant(1), [], [])), 'eval')
bad(E_(ast.Constant([1])), 'eval')
bad(E_(ast.Name('True', ast.Load())), 'eval')
bad(E_(ast.Tuple([None], ast.Load())), 'eval')
bad(E_(5), 'eval')
bad(ast.Module([ast.Raise(None, ast.Constant(1))], []))
bad(ast.Module([ast.Try([ast.Pass()], [], [], [])], []))
bad(ast.Module(5, []))
bad(ast.Module([ast.Return(ast.Constant(1))], []))
bad(E_(ast.Dict([ast.Constant(1)], [])), 'eval')
n = E_(ast.Constant(1)); 
try: compile(n, '', 'eval')
except TypeError as e: print(e)
n.body.lineno = 5; n.body.col_offset = 0; n.body.end_lineno = 3; n.body.end_col_offset = 0
try: compile(n, '', 'eval')
except ValueError as e: print(e)
