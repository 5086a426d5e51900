"""The random programs of `hot_programs.py`, each from its seed alone.

A program is the prelude, classes, functions of several kinds and calls of them. The generator keeps names by nominal type, so that most of
what it writes means something, and an estimate of a program's cost, so that it ends.
"""

import pathlib
import random

PRELUDE = pathlib.Path(__file__).with_name('hot_prelude.py').read_text()

INTS = ['0', '1', '2', '3', '-1', '7', '10', '-5', '255', '1000', '2**31', '2**61', '2**62-1', '2**62', '-2**62', '-2**62-1', '2**63', '2**64', '10**20', '-1']
FLOATS = ['0.0', '-0.0', '1.0', '0.5', '-2.5', '1e10', '0.1', '1e300', '-1e-300', '5e-324', "float('nan')", "float('inf')", '3.0', '2.0**62']
STRS = ["''", "'a'", "'b'", "'abc'", "'h\\u00e9'", "'\\U0001f600x'", "'1'", "'12'", "'a,b'", "'k'"]
BYTES = ["b''", "b'x'", "b'abc'", "b'1'"]
KEYS = ["'a'", "'b'", "'c'", '0', '1', '2', '1.0', 'True', '(1, 2)', 'None', "'k'"]
ERRORS = ['ValueError', 'KeyError', 'TypeError', 'IndexError', 'ZeroDivisionError', 'StopIteration', 'E1', 'E2', 'AttributeError']
TARGETS = ['ValueError', 'KeyError', '(TypeError, ValueError)', 'LookupError', 'ArithmeticError', 'Exception', 'Exception', 'Exception', 'E1', 'E2', 'AttributeError']


class Scope:
    """Names in use by nominal type; what can be assigned; how statements that leave may be written."""

    def __init__(self, kind='f', indent=0):
        self.kind, self.indent = kind, indent
        self.ints, self.floats, self.strs, self.lists, self.dicts, self.objs, self.any = [], [], [], [], [], [], []
        self.frozen = set()
        self.loops, self.finals, self.counters, self.cost, self.is_async = 0, 0, [], 1, False
        self.assigns = True


class Gen:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.lines = []
        self.classes, self.functions, self.gens, self.coros, self.number = [], [], [], [], 0
        self.cost, self.nest = 0, 0

    # ---- pieces -------------------------------------------------------
    def pick(self, items):
        return items[self.r.randrange(len(items))]

    def chance(self, p):
        return self.r.random() < p

    def fresh(self, letter):
        self.number += 1
        return f'{letter}{self.number}'

    def name(self, s, names, otherwise):
        return self.pick(names) if names and self.chance(0.8) else otherwise

    def int(self, s, d=2):
        if d > 0 and self.chance(0.04):
            return self.pick([self.typed(s), f'len({self.pick(["T0", "T2", "T4"])})'])
        r = self.r
        if d <= 0 or r.random() < 0.25:
            return self.name(s, s.ints + s.counters, self.pick(INTS))
        e = lambda: self.int(s, d - 1)
        k = r.randrange(30)
        if k < 9:
            return f'({e()} {self.pick(["+", "-", "+", "-", "*", "&", "|", "^"])} {e()})'
        if k < 11:
            return f'({e()} {self.pick(["//", "%"])} {self.pick(["3", "7", "-2", "1", "16", "(" + e() + " or 1)", e()])})'
        if k == 11:
            return f'({e()} {self.pick(["<<", ">>"])} {self.pick(["0", "1", "5", "31", "60", "62", "63", "64", "(" + e() + " & 15)"])})'
        if k == 12:
            return f'({self.pick(["-", "~", "+", "not "])}{e()})'
        if k == 13:
            return f'({e()} if {self.bool(s, d - 1)} else {e()})'
        if k == 14:
            return f'len({self.pick([self.list(s, 0), self.str(s, d - 1), self.dict(s, 0)])})'
        if k == 15:
            return f'{self.pick(["abs", "int", "bool", "hash"])}({e()})'
        if k == 16:
            return f'{self.pick(["min", "max"])}({e()}, {self.pick([e(), self.float(s, 0), e() + ", " + e()])})'
        if k == 17:
            return f'int({self.float(s, 0)})' if r.random() < 0.5 else f'ord({self.pick(["chr(97 + " + e() + " % 20)", "str(" + e() + ")[0]", self.str(s, 0)])})'
        if k == 18 and s.lists:
            return f'{self.pick(s.lists)}[{self.pick(["0", "-1", "1", e(), e() + " % 3"])}]'
        if k == 19:
            return f'{self.list(s, 0)}.{self.pick(["index", "count"])}({e()})'
        if k == 20:
            return f'sum({self.pick([self.list(s, d - 1), "range(" + str(r.randrange(6)) + ")", self.comprehension(s, d - 1, gen=True)])})'
        if k == 21:
            return f'({self.pick(["g0", "g0", "g1", "Base.k", self.cls() + ".k"])} {self.pick(["+", "*"])} {e()})'
        if k == 22 and s.objs:
            return f'{self.pick(s.objs)}.{self.pick(["a", "b", "k", "p", "d", "z", "nd", "new"])}'
        if k == 23 and s.dicts:
            return self.pick(['{d}[{k}]', '{d}.get({k}, {e})', '{d}.get({k})', '{d}.setdefault({k}, {e})', '{d}.pop({k}, {e})']).format(d=self.pick(s.dicts), k=self.key(s), e=e())
        if k == 24:
            return self.call(s, d)
        if k == 25:
            return f'divmod({e()}, {e()})[{r.randrange(2)}]' if r.random() < 0.5 else f'pow({e()} & 63, {r.randrange(4)}, 97)'
        if k == 26:
            return f'math.{self.pick(["gcd", "isqrt", "floor", "trunc"])}({e()})'
        if k == 27 and s.assigns:
            return f'({self.pick(s.ints)} := {e()})' if s.ints and s.kind == 'f' else e()
        if k == 28:
            return f'operator.{self.pick(["add", "mul", "sub", "xor"])}({e()}, {e()})'
        return f'(lambda q{self.pick(["", "=3", ", w=2", ", *w", "=1, *, w=2"])}: {self.int_of(s, ["q"])})({e()})'

    def int_of(self, s, names):
        return self.pick([f'{n} {self.pick(["+ 1", "* 3", "- " + self.name(s, s.ints, "1")])}' for n in names])

    def bool(self, s, d=2):
        r = self.r
        if d <= 0:
            return self.name(s, s.any + s.ints, self.pick(['True', 'False', '1', "''", 'None']))
        k = r.randrange(12)
        op = self.pick(['<', '<=', '==', '!=', '>', '>='])
        if k < 4:
            return f'({self.int(s, d - 1)} {op} {self.int(s, d - 1)})'
        if k == 4:
            return f'({self.float(s, d - 1)} {op} {self.float(s, d - 1)})'
        if k == 5:
            return f'({self.str(s, d - 1)} {op} {self.str(s, d - 1)})'
        if k == 6:
            return f'({self.any_(s, d - 1)} {self.pick(["is", "is not"])} {self.pick(["None", "True", self.any_(s, 0)])})' if r.random() < 0.5 else f'({self.any_(s, 0)} == {self.any_(s, d - 1)})'
        if k == 7:
            return f'({self.int(s, 0)} {op} {self.int(s, 1)} {self.pick(["<", "<=", "=="])} {self.int(s, 0)})'
        if k == 8:
            return f'({self.key(s)} {self.pick(["in", "not in"])} {self.pick([self.dict(s, 0), self.list(s, 0), "(1, 2)", "{1, 2}"])})'
        if k == 9:
            return f'isinstance({self.any_(s, 0)}, {self.pick(["int", "(int, float)", "str", "Base", self.cls(), "list"])})'
        if k == 10:
            return f'({self.bool(s, d - 1)} {self.pick(["and", "or"])} {self.bool(s, d - 1)})'
        return f'(not {self.any_(s, d - 1)})'

    def float(self, s, d=2):
        if d > 0 and self.chance(0.04):
            return self.typed(s)
        r = self.r
        if d <= 0 or r.random() < 0.3:
            return self.name(s, s.floats, self.pick(FLOATS))
        e = lambda: self.float(s, d - 1)
        k = r.randrange(10)
        if k < 4:
            return f'({e()} {self.pick(["+", "-", "*", "/"])} {self.pick([e(), self.int(s, d - 1)])})'
        if k == 4:
            return f'({e()} {self.pick(["//", "%"])} {self.pick(["0.3", "-2.0", "7", e()])})'
        if k == 5:
            return f'{self.pick(["abs", "float", "-", "math.sqrt", "math.floor", "math.sin", "math.fabs", "round"])}({self.pick([e(), self.int(s, d - 1)])})'
        if k == 6:
            return f'({self.int(s, d - 1)} / {self.pick(["2", "3", self.int(s, d - 1)])})'
        if k == 7:
            return f'({e()} ** {self.pick(["2", "0.5", "-1", "0"])})'
        if k == 8:
            return f'{self.pick(["min", "max"])}({e()}, {e()})'
        return f'({e()} if {self.bool(s, d - 1)} else {e()})'

    def str(self, s, d=2):
        r = self.r
        if d <= 0 or r.random() < 0.3:
            return self.name(s, s.strs, self.pick(STRS))
        e = lambda: self.str(s, d - 1)
        k = r.randrange(12)
        if k < 2:
            return f'({e()} + {e()})[:20]'
        if k == 2:
            return f'({e()} * {self.pick(["2", "0", "(" + self.int(s, 0) + ") % 3"])})[:20]'
        if k == 3:
            return f'{self.pick(["str", "repr"])}({self.any_(s, 0) if r.random() < 0.15 else self.pick([self.int(s, d - 1), self.float(s, d - 1)])})'
        if k in (4, 5):
            return "f'" + self.pick(['{%s}', '{%s!r:>6.6}', '<{%s}>{%s}', '{%s:5}', '{%s!s}|']).replace('%s', self.name(s, s.ints + s.strs + s.floats, 'g0')) + "'"
        if k == 6:
            return f'{e()}[{self.pick(["0", "-1", "1:", ":2", "::-1", self.int(s, 0), "1:" + self.int(s, 0)])}]'
        if k == 7:
            return f'{e()}.{self.pick(["upper()", "lower()", "strip()", "replace(" + chr(39) + "a" + chr(39) + ", " + e() + ")", "zfill(4)", "join([" + e() + ", " + e() + "])", "title()", "center(6)"])}[:30]'
        if k == 8:
            return f"'%s-%s' % ({self.int(s, 0)}, {self.str(s, 0)})"
        if k == 9:
            return f'chr(97 + {self.int(s, 1)} % 26)'
        if k == 10:
            return f"{e()}.{self.pick(['split()', 'partition(' + repr(',') + ')', 'encode()'])}[{self.pick(['0', '-1'])}]"
        return f'({e()} if {self.bool(s, d - 1)} else {e()})'

    def key(self, s):
        return self.pick([self.pick(KEYS), self.pick(KEYS), self.name(s, s.ints + s.counters, '1') + ' % 5', self.str(s, 0), self.name(s, s.ints, '1')])

    def list(self, s, d=2):
        r = self.r
        if d <= 0 or r.random() < 0.35:
            return self.name(s, s.lists, self.pick(['[1, 2, 3]', '[]', '[0.5, 1]', "['a', 'b']", '(1, 2)', '[0] * 3']))
        k = r.randrange(13)
        e = lambda: self.list(s, d - 1)
        if k == 0:
            return f'[{self.any_(s, d - 1)}, {self.int(s, d - 1)}]'
        if k == 1:
            return f'({e()} + {e()})[:12]'
        if k == 2:
            return f'{e()}[{self.pick(["1:", ":2", "::-1", "::2", "-2:", "1:3", ":" + self.int(s, 0)])}]'
        if k == 3:
            return f'sorted({self.pick([e(), "range(5, 0, -1)", e() + ", key=" + self.pick(["str", "lambda q: -q", "lambda q: str(q)"])])})'
        if k == 4:
            return f'list({self.pick([e(), "range(4)", self.dict(s, 0), "map(str, " + e() + ")", "zip(" + e() + ", range(3))", "enumerate(" + e() + ")", "reversed(" + e() + ")", "filter(None, " + e() + ")", self.gen_call(s)])})'
        if k in (5, 6, 7):
            return self.comprehension(s, d - 1)
        if k == 8:
            return f'({self.int(s, d - 1)}, {self.any_(s, d - 1)})'
        if k == 9:
            return f'[*{e()}, {self.int(s, 0)}][:12]'
        if k == 10:
            return f'list({self.dict(s, 0)}.{self.pick(["keys", "values", "items"])}())'
        if k == 11:
            return f'[{self.int(s, 0)}] * {self.pick(["2", "0", "3"])}'
        return f'{self.str(s, 0)}.split({self.pick(["", chr(39) + "," + chr(39)])})'

    def native(self, s, d):
        """What native code does, with arguments of many forms."""
        i, f, t, l, m, e = self.int(s, 0), self.float(s, 0), self.str(s, 0), self.list(s, 0), self.dict(s, 0), self.any_(s, 0)
        key = self.pick(['str', 'len', 'lambda q: -q', 'lambda q: (str(q), 1)', 'abs', 'operator.neg', 'None'])
        o = self.obj(s)
        return self.pick([
            f'int({t}, base=16)', f'int({t})', f'float({t})', f'round({f}, {i} % 4)', f'sum({l}, start={i})', f'max({l}, key={key})', f'min({l}, default={i})', f'max({l}, default=0, key={key})', f'sorted({l}, key={key}, reverse={i})[:6]',
            f'{t}.split(sep={t or 1}, maxsplit=1)', f"{t}.startswith(('a', {t}))", f'{t}.find({t}, {i})', f'{t}.isdigit()', f"'{{}}-{{:>4}}'.format({i}, {t})", f"'{{x}}'.format(x={e})"[:60], f'{t}.count({t})', f'{t}.rpartition({t})', f'{t}.join({l})', f'{t}.translate({{97: {t}}})', f"{t}.encode('utf-8', errors='replace')", f'{t}.expandtabs(tabsize={i} % 9)',
            f'list(itertools.islice({self.pick(["itertools.count(" + i + ")", l, "itertools.cycle((1, 2))"])}, {self.pick(["3", "0", "1, 7, 2"])}))', f'list(itertools.accumulate({l}, {self.pick(["operator.add", "lambda x, y: y", "initial=" + i])}))[:8]', f'list(itertools.chain({l}, {t}))[:9]', f'list(itertools.product({l}, repeat=2))[:5]', f'list(itertools.zip_longest({l}, {t}, fillvalue={e}))[:6]', f'list(itertools.takewhile(bool, {l}))',
            f'functools.partial({self.pick(["max", "sorted", "lambda a, k=2: (a, k)", "divmod"])}, {i})({i})', f'functools.reduce({self.pick(["operator.add", "lambda x, y: y", "max"])}, {l}, {i})', f'operator.itemgetter({i} % 3)({l})', f"operator.attrgetter('a')({o})", f"operator.methodcaller('m', {i})({o})", f'list(map({self.pick(["str", "lambda q: q", "operator.add", "int", "hash"])}, {l}))', f'list(filter({self.pick(["None", "lambda q: q", "bool"])}, {l}))', f'list(map(lambda x, y: (y, x), {l}, range(4)))',
            f'collections.deque({l}, maxlen=3)[-1]', f'collections.Counter({self.pick([l, t])}).most_common(2)', f'collections.defaultdict(list, {m})[{i}]', f'sorted(collections.Counter({t}).items())', f"collections.namedtuple('T', 'x y')({i}, y={e}).y", f'collections.OrderedDict({m}).popitem(last={i})',
            f'heapq.nsmallest(2, {l})', f'bisect.bisect({l}, {i})', f're.sub({self.pick([repr("[ab]"), repr(".")])}, {self.pick(["lambda q: q.group() * 2", t])}, {t})[:12]', f"struct.pack('<q', {i})", f'json.dumps({self.pick([l, m, e])})[:40]', f"json.loads('[1, 2.5, {{}}]')[{i}]", f'{i}.bit_length()' if not i[0].isdigit() and i[0] != '-' else f'({i}).bit_length()', f'({i}).to_bytes(9, "big", signed=True)', f'({f}).is_integer()', f'({f}).as_integer_ratio()[0]', f'divmod({f}, {i})', f'pow({i}, {i} % 5, mod={self.pick(["7", "0", i])})',
            f'{l}.index({e}, {i})', f'{l}.copy()', f'{m}.copy()', f'{m}.get({self.key(s)}, {e})', f'list({m}.values())[:4]', f'dict.fromkeys({l}, {i})', f'{m}.setdefault({self.key(s)}, {e})', f'set({l}) {self.pick(["|", "&", "-", "^"])} {{1, {i}}}', f'{{{i}, {i}}}.union({l})', f'frozenset({l}).issubset({{1, 2, 3}})', f'any(q for q in {l})', f'all(map(bool, {l}))', f'tuple(zip({l}, {l}))[:3]', f'list(enumerate({l}, start={i}))[:4]', f'[*reversed({l})]', f'slice({i}, None, {self.pick(["1", "-1", i])}).indices(7)', f'range({i} % 50, 9, {self.pick(["1", "-2", "3"])})[-1:]', f'bytes({l})', f'bytearray({t}, "utf-8")[:4]', f'chr({i} % 300)', f'isinstance({e}, {self.cls()} | int)', f'issubclass({self.cls()}, {self.cls()})', f'type({e}).__name__', f'callable({o})', f'getattr({o}, "a", {i})', f'vars({o}).get("a")', f'hash(({i}, {t}))', f'id({o}) == id({o})', f'repr({l})[:30]', f'format({self.pick([i, f])}, {self.pick([repr("5"), repr(".3f"), repr("x"), t])})', f'ascii({t})', f'print({i}, {t}, sep="/", end="|\\n")', f'iter({l}).__next__()', f'{self.gen_call(s)}.send(None)', f'next({self.gen_call(s)})', f'{l}.__len__()', f'({i}).__add__({i})', f'int.__add__({i}, {e})', f'str.upper({t})', f'list.__getitem__({l}, {i})', f'math.hypot({f}, {i})', f'math.fsum({l})', f'math.copysign({f}, {f})', f'math.isclose({f}, {f}, rel_tol=0.5)', f'math.comb(5, {i} % 6)', f'math.pow({f}, {i} % 4)', f'math.log({f}, 2)', f'math.floor({f})', f'math.modf({f})', f'math.ldexp({f}, {i} % 9)', f'math.atan2({f}, {f})', f'math.fmod({f}, {f})', f'math.isnan({f})', f'math.prod({l})',
        ])

    def comprehension(self, s, d, gen=False):
        v = self.fresh('v')
        inner = self.pick([self.list(s, 0), f'range({self.r.randrange(1, 6)})', self.str(s, 0), self.gen_call(s)])
        held = s.counters
        s.counters = s.counters + [v]
        kept, s.assigns = s.assigns, False
        body = self.pick([self.int, self.int, self.any_])(s, min(d, 1))
        test = f' if {self.bool(s, 1)}' if self.chance(0.3) else ''
        more = f' for {self.fresh("v")} in range(2)' if self.chance(0.15) else ''
        s.assigns, s.counters = kept, held
        text = f'{body} for {v} in {inner}{test}{more}'
        if gen:
            return f'({text})'
        return self.pick([f'[{text}]', f'[{text}]', f'sorted({{{text}}}, key=str)', f'list({text})', f'list({{{v}: 1 for {v} in {inner}}})'])

    def dict(self, s, d=2):
        if d <= 0 or self.chance(0.4):
            return self.name(s, s.dicts, self.pick(["{'a': 1, 'b': 2}", '{}', '{1: 2}']))
        k = self.r.randrange(4)
        if k == 0:
            return f'{{{self.key(s)}: {self.any_(s, d - 1)}, {self.key(s)}: {self.int(s, d - 1)}}}'
        if k == 1:
            return f'{{**{self.dict(s, d - 1)}, {self.key(s)}: {self.int(s, 0)}}}'
        if k == 2:
            return f'dict({self.pick([self.dict(s, d - 1), "a=" + self.int(s, 0), "zip(" + chr(39) + "ab" + chr(39) + ", " + self.list(s, 0) + ")"])})'
        v = self.fresh('v')
        return f'{{{v}: {self.pick([v, "str(" + v + ")"])} for {v} in {self.pick(["range(3)", self.str(s, 0), "(1, 2)"])}}}'

    def cls(self):
        return self.pick(self.classes) if self.classes else 'Base'

    def obj(self, s):
        return self.name(s, s.objs, f'{self.cls()}({self.pick(["", self.int(s, 0), self.int(s, 0) + ", " + self.int(s, 0), "b=" + self.int(s, 0)])})')

    def any_(self, s, d=2):
        k = self.r.randrange(18 if d > 0 and not self.nest else 14)
        if k < 3:
            return self.int(s, d)
        if k > 13:
            self.nest += 1
            text = self.native(s, d)
            self.nest -= 1
            return text
        if k == 3:
            return self.float(s, d)
        if k == 4:
            return self.str(s, d)
        if k == 5:
            return self.list(s, d)
        if k == 6:
            return self.dict(s, d)
        if k == 7:
            return self.obj(s)
        if k == 8 and s.objs:
            o, e = self.obj(s), lambda: self.pick([self.int(s, 0), self.obj(s), self.int(s, 1)])
            return self.pick([f'({o} {self.pick(["+", "-", "*", "//", "<", "==", "!=", "@", "&"])} {e()})', f'({e()} {self.pick(["+", "-", "*", "<", "=="])} {o})', f'{o}[{e()}]', f'len({o})', f'bool({o})',
                              f'list({o})', f'({e()} in {o})', f'{o}({e()})', f'(-{o})', f'hash({o})', f'int({o})', f'[1, 2, 3][{o}]', f"f'{{{o}}}'[:5]", f'type({o})', f'getattr({o}, {self.pick(STRS)}, 4)', f'hasattr({o}, {self.pick(STRS)})', f'abs({o})'])
        if k in (9, 10):
            return self.call(s, d)
        if k == 11:
            return self.name(s, s.any, 'None')
        if k == 12:
            return self.pick(['None', 'True', 'False', '...', '1j', self.pick(BYTES), 'g0', 'g1', 'g2', '()', 'range(3)', 'bytearray(3)', 'slice(1, 2)', 'frozenset((1, 2))'])
        return self.name(s, s.ints + s.strs + s.floats + s.lists, '7')

    def args(self, s):
        a = lambda: self.pick([self.int(s, 0), self.int(s, 1), self.any_(s, 0)])
        return self.pick([a(), a(), f'{a()}, {a()}', f'{a()}, k={a()}', f'*{self.pick(["(1,)", "[1, 2]", self.list(s, 0)])}', f'{a()}, *{self.list(s, 0)}, k=1', f'**{{{chr(39)}k{chr(39)}: {a()}}}', f'{a()}, b={a()}, z=3', f'{a()}, {a()}, {a()}, {a()}', '', f'a={a()}'])

    def call(self, s, d):
        # Alternatives are all made before one is taken: only the outermost call may have calls in it.
        if self.nest:
            return self.int(s, 0)
        self.nest += 1
        try:
            return self.any_call(s, d)
        finally:
            self.nest -= 1

    def any_call(self, s, d):
        k = self.r.randrange(8)
        if k < 4 and self.functions:
            f, cost = self.pick(self.functions)
            if s.cost * cost < 12000:
                self.cost += s.cost * cost
                return f'{f}({self.args(s)})'
        if k < 6 and s.objs:
            o = self.pick(s.objs + [self.cls()])
            return f'{o}.{self.pick(["m", "m", "m2", "cm", "sm", "a", "sup"])}({self.args(s)})'
        if k == 6:
            return f'next({self.gen_call(s)}, {self.int(s, 0)})'
        return f'{self.pick(["any", "all", "sum", "max", "min", "tuple", "len"])}({self.list(s, 0)})'

    def gen_call(self, s):
        usable = [g for g, cost in self.gens if s.cost * cost < 12000]
        if usable:
            return f'{self.pick(usable)}({self.pick(["2", "3", "4", "0", "1"])})'
        return 'iter(range(3))'

    # ---- statements ---------------------------------------------------
    def emit(self, s, text):
        self.lines.append('    ' * s.indent + text)

    def block(self, s, d, n=None):
        s.indent += 1
        start = len(self.lines)
        for _ in range(n or self.r.randrange(1, 4)):
            self.statement(s, d)
        if len(self.lines) == start:
            self.emit(s, 'pass')
        s.indent -= 1

    def when(self, s):
        if s.counters and self.chance(0.85):
            c = self.pick(s.counters)
            return f'{c} {self.pick(["== ", "== ", ">= ", "% 7 == ", "% 3 == ", "& 4 == "])}{self.r.randrange(0, 40) if self.chance(0.6) else self.r.randrange(0, 4)}'
        return self.bool(s, 1)

    def assign(self, s, d):
        k = self.r.randrange(16)
        if k < 5 and s.ints:
            v = self.pick(s.ints)
            e = self.int(s, d)
            if self.chance(0.5):
                e = f'{e} & {self.pick(["0xff", "0xffff", "(1 << 40) - 1", "(1 << 62) - 1", "(1 << 64) - 1"])}'
            self.emit(s, f'{v} = {e}')
        elif k < 7 and s.ints:
            self.emit(s, f'{self.pick(s.ints)} {self.pick(["+=", "-=", "^=", "|=", "&=", ">>=", "%=", "//="])} {self.pick(["1", "3", self.int(s, 1), self.int(s, 0)])}')
        elif k < 9 and s.floats:
            self.emit(s, self.pick([f'{self.pick(s.floats)} = {self.float(s, d)}', f'{self.pick(s.floats)} {self.pick(["+=", "-=", "*=", "/="])} {self.pick([self.float(s, 1), self.int(s, 0), "0.5"])}']))
        elif k == 9 and s.strs:
            v = self.pick(s.strs)
            self.emit(s, f'{v} = ({self.str(s, d)})[:24]' if self.chance(0.7) else f'{v} += {self.str(s, 0)}')
        elif k == 10 and s.lists:
            self.emit(s, f'{self.pick(s.lists)} = {self.list(s, d)}')
        elif k == 11 and s.dicts:
            self.emit(s, f'{self.pick(s.dicts)} = {self.dict(s, d)}')
        elif k == 12 and s.objs:
            self.emit(s, f'{self.pick(s.objs)} = {self.obj(s)}' if self.chance(0.8) else f'{self.pick(s.objs)} {self.pick(["+=", "-=", "*="])} {self.int(s, 1)}')
        elif k == 13 and len(s.ints) > 1:
            a, b = self.r.sample(s.ints, 2)
            self.emit(s, self.pick([f'{a}, {b} = {b}, {a}', f'{a}, {b} = {self.int(s, 1)}, {a}', f'{a}, *{b if self.chance(0.1) else self.pick(s.any or ["w0"])} = {self.list(s, 1)}', f'{a} = {b} = {self.int(s, 1)}', f'({a}, {b}) = {self.list(s, 0)}']))
        elif s.any:
            self.emit(s, f'{self.pick(s.any)} = {self.any_(s, d)}')

    def mutate(self, s):
        """Something that compiled code may rely on changes."""
        r, c = self.r, self.cls()
        e = lambda: self.int(s, 1)
        fn = lambda: f'lambda self, *a, **k: {self.pick(["5", "len(a)", "a", "self", "None", "(self, 1)", "NotImplemented", "iter((1, 2))"])}'
        f = self.pick(self.functions)[0] if self.functions else 'drive'
        h = self.pick(self.functions)[0] if self.functions else 'drive'
        obj = self.obj(s)
        any_var = self.pick(s.ints + s.floats + s.strs + s.lists + s.any + ['g0'])
        text = self.pick([
            f'{c}.k = {self.any_(s, 1)}', f'{c}.k = {e()}', f'Base.k = {e()}', f'{c}.m = {fn()}', f'{c}.{self.pick(["__add__", "__eq__", "__len__", "__bool__", "__getitem__", "__lt__", "__call__", "__iter__", "__hash__", "__index__", "__contains__"])} = {fn()}',
            f'{c}.p = {self.pick(["property(lambda self: 77)", "3", "Non()", "Des(" + chr(39) + "p" + chr(39) + ")"])}', f'{obj}.__class__ = {self.cls()}', f'{obj}.a = {self.any_(s, 1)}', f'{obj}.new = {e()}', f'del {obj}.{self.pick(["a", "b", "new"])}',
            f'{obj}.__dict__ = {{"a": {e()}, "q": 2}}', f'{obj}.__dict__[{self.pick(STRS)}] = {e()}', f'del {c}.k', f'del {c}.m', f'{c}.__getattr__ = lambda self, n: n', f'globals()["g0"] = {self.any_(s, 1)}', f'globals()["g1"] = {e()}',
            f'globals()[{self.pick(["len", "abs", "min", "range", "int", "isinstance", "sum", "str", "list", "next", "sorted"])!r}] = lambda *a, **k: {self.pick(["7", "a[0]", "(1, 2)", "2"])}', f'globals().pop({self.pick(["len", "abs", "min", "range", "int", "isinstance", "sum", "str", "list", "next", "sorted"])!r}, 0)',
            f'builtins.{self.pick(["abs", "max", "ord", "divmod"])} = lambda *a: {self.pick(["9", "a[0]"])}', f'{f}.__code__ = {h}.__code__', f'{f}.__defaults__ = ({e()}, 4)', f'{f}.__kwdefaults__ = {{"k": {e()}}}', f'globals()[{f!r}] = {self.pick([h, "lambda *a, **k: 3"])}',
            f'{any_var} = {self.any_(s, 1)}', f'{any_var} = {self.any_(s, 2)}', f'del {any_var}', f'{any_var} = {self.float(s, 0)}', f'{any_var} = 2**62 + {e()}', f'sys.settrace({self.pick(["tracer", "None"])})', f'sys.setprofile({self.pick(["profiler", "None", "None"])})', 'sys._getframe().f_trace = tracer',
            f'{c}.__bases__ = (Base,)', f'type.__setattr__({c}, "x", Non())', f'{c}.__slots__ = ()', f'sys._getframe().f_locals[{self.pick(s.ints or ["zz"])!r}] = {e()}',
        ])
        self.emit(s, text)

    def typed(self, s):
        return f'{self.pick(["T0", "T0", "T1", "T2", "T3", "T4", "T5"])}[{self.pick(["0", "-1", "7", "T1[1]", self.int(s, 0) + " % 6"])}]'

    def container(self, s):
        e = lambda: self.int(s, 1)
        texts = []
        t = self.pick(['T0', 'T1', 'T2', 'T3'])
        if self.chance(0.25):
            texts += [f'{self.typed(s)} = {e()}', f'{self.typed(s)} = {self.float(s, 1)}', f'{self.typed(s)} += {e()}', f'{t}[{self.int(s, 0)} % 6] = {e()} & 63', f'T0[{self.int(s, 0)} % 6] = {self.float(s, 1)}', f'{t}.append({e()} & 7)', f'{t}.pop()', f'del {t}[9:]', f'{t}[1:1] = {t}[:1]',
                      f'globals()[{t!r}] = {self.pick(["T0", "T1", "T3", "T4"])}[:]', f'{self.typed(s)} = {self.typed(s)}', f'{t}.extend({t}[:2])']
        if s.lists:
            v = self.pick(s.lists)
            texts += [f'{v}.append({self.any_(s, 1)})', f'{v}.append({e()})', f'{v}.pop()', f'{v}.pop(0)', f'{v}.insert(0, {e()})', f'{v}[{self.pick(["0", "-1", e(), e() + " % 3"])}] = {self.any_(s, 1)}', f'{v}[0] += {e()}', f'{v}[{self.pick(["1:", ":1", "::2"])}] = {self.list(s, 1)}', f'del {v}[{self.pick(["0", "-1", ":1", "8:"])}]',
                      f'{v}.reverse()', f'{v}.sort()', f'{v}.sort(key=str)', f'{v}.extend({self.list(s, 1)}[:4])', f'{v} += {self.list(s, 0)}[:3]', f'{v}.clear()', f'del {v}[9:]', f'{v}.remove({e()})', f'{v} *= 2']
        if s.dicts:
            v = self.pick(s.dicts)
            texts += [f'{v}[{self.key(s)}] = {self.any_(s, 1)}', f'{v}[{self.key(s)}] = {e()}', f'{v}[{self.key(s)}] += 1', f'del {v}[{self.key(s)}]', f'{v}.pop({self.key(s)})', f'{v}.update({self.dict(s, 1)})', f'{v}.clear()', f'{v} |= {{{self.key(s)}: 1}}', f'{v}.popitem()', f'{v}.setdefault({self.key(s)}, []).append({e()})']
        if s.objs:
            v = self.pick(s.objs)
            texts += [f'{v}.{self.pick(["a", "b", "p", "d", "k"])} {self.pick(["=", "+=", "="])} {self.pick([e(), self.any_(s, 1)])}', f'{v}[{self.key(s)}] = {e()}', f'{v}.a, {v}.b = {v}.b, {e()}', f'del {v}.a', f'setattr({v}, {self.pick(STRS)}, {e()})']
        if texts:
            self.emit(s, self.pick(texts))

    def loop(self, s, d):
        r = self.r
        c = self.fresh('i')
        turns = r.choice([2, 3, 4, 6]) if s.loops else r.choice([12, 25, 40, 60, 90])
        if s.cost * turns > 3000:
            turns = 2
        held = s.cost, s.loops, s.finals, list(s.counters)
        kind = r.randrange(10) if s.loops or self.chance(0.3) else self.pick([0, 1, 4])
        pair = None
        if kind < 4:
            head = f'for {c} in range({self.pick([str(turns), f"{turns}, 0, -1", f"0, {turns * 3}, 3", f"-2, {turns - 2}"])}):'
        elif kind == 4:
            self.emit(s, f'{c} = 0')
            head = f'while {c} < {turns}:'
        elif kind == 5:
            head = f'for {c} in {self.list(s, 1)}:'
            turns = min(turns, 12)
        elif kind == 6:
            pair = self.fresh('v')
            head = f'for {c}, {pair} in enumerate({self.pick([self.str(s, 0), self.list(s, 0), f"range({turns})"])}):'
        elif kind == 7:
            pair = self.fresh('v')
            head = f'for {c}, {pair} in zip(range({turns}), {self.pick(["itertools.count()", self.list(s, 0), f"range({turns})", self.gen_call(s)])}):'
        elif kind == 8:
            head = f'for {c} in {self.gen_call(s)}:'
            turns = min(turns, 4)
        else:
            pair = self.fresh('v')
            head = f'for {c}, {pair} in {self.pick(["sorted", "list"])}({self.dict(s, 0)}.items(), **{{}}):' if self.chance(0.3) else f'for {c}, {pair} in list({self.dict(s, 0)}.items()):'
        if s.is_async and self.chance(0.3):
            head = f'async for {c} in Steps({turns}):'
        self.emit(s, head)
        s.cost, s.loops, s.finals = s.cost * turns, s.loops + 1, 0
        if kind == 4:
            # A loop by a counter must not be kept from counting.
            s.indent += 1
            self.emit(s, f'{c} += 1')
            s.indent -= 1
        s.counters = s.counters + [c] + ([pair] if pair else [])
        guarded = self.chance(0.7) or held[1] == 0
        if guarded:
            s.indent += 1
            self.emit(s, 'try:')
        self.block(s, d - 1, n=r.randrange(2, 5 if held[1] else 7))
        if guarded:
            self.handler(s, d)
            s.indent -= 1
        s.cost, s.loops, s.finals, counters = held
        if self.chance(0.15):
            self.emit(s, 'else:')
            self.block(s, 0, 1)
        s.counters = counters

    def handler(self, s, d):
        v = self.fresh('e')
        if self.chance(0.25):
            self.emit(s, f'except {self.pick(TARGETS)}:')
            self.block(s, 0, 1)
        self.emit(s, f'except Exception as {v}:')
        s.indent += 1
        self.emit(s, self.pick([f'out({v})', f'out({v}, where({v}))', f'out({v}, where({v}))', f'out(type({v}))', 'out(sys.exc_info()[0])']))
        s.indent -= 1
        if self.chance(0.3):
            self.block(s, 0, 1)
        if self.chance(0.15):
            self.emit(s, 'else:')
            self.block(s, 0, 1)
        if self.chance(0.15):
            self.final(s)

    def final(self, s):
        self.emit(s, 'finally:')
        if s.kind != 'f':
            # What a generator does when it is collected is not to be seen.
            s.indent += 1
            self.emit(s, f'{self.pick(s.ints)} = 1')
            s.indent -= 1
            return
        s.finals += 1
        self.block(s, 0, 1)
        s.finals -= 1

    def statement(self, s, d):
        r = self.r
        if len(self.lines) > 420:
            return self.assign(s, 1)
        k = r.randrange(40) if d > 0 else r.randrange(22)
        if k < 10:
            self.assign(s, 2)
        elif k < 13:
            self.container(s)
        elif k == 13:
            self.emit(s, f'out({self.any_(s, 1)}, {self.name(s, s.ints + s.floats, "1")})')
        elif k == 14:
            self.emit(s, self.any_(s, 2))
        elif k in (15, 16):
            self.emit(s, f'if {self.when(s)}:')
            s.indent += 1
            self.mutate(s)
            s.indent -= 1
        elif k == 17 and s.loops and not s.finals:
            self.emit(s, f'if {self.when(s)}: {self.pick(["continue", "continue", "break"])}')
        elif k == 18:
            self.emit(s, f'if {self.when(s)}: raise {self.pick(ERRORS)}({self.pick(["1", "", self.int(s, 0)])}){self.pick(["", "", " from None", " from E2()"])}')
        elif k == 19 and s.kind == 'g':
            v = self.pick(s.ints)
            self.emit(s, self.pick([f'yield {self.any_(s, 1)}', f'{v} = (yield {self.int(s, 1)}) or {self.int(s, 0)}', f'yield from {self.pick([self.gen_call(s), self.list(s, 0)])}']))
        elif k == 19 and s.is_async:
            usable = [g for g, cost in self.coros if s.cost * cost < 6000]
            v = self.pick(s.any)
            self.emit(s, f'{v} = await {self.pick(usable) + "(2)" if usable and self.chance(0.6) else "Wait(" + self.int(s, 0) + ")"}')
        elif k == 20 and s.kind == 'f' and not s.finals:
            self.emit(s, f'if {self.when(s)}: return {self.any_(s, 1)}')
        elif k == 21:
            self.emit(s, self.pick(['out(stack())', 'out(stack())', f'out(sorted(locals())[:3])' if not s.is_async else 'out(1)', f'global g0', f'assert {self.bool(s, 1)}, {self.int(s, 0)}', f'out(EVENTS)']) if self.chance(0.5) else f'out({self.name(s, s.any, "1")})')
        elif k < 27:
            self.loop(s, d)
        elif k < 30:
            self.emit(s, f'if {self.pick([self.when(s), self.bool(s, 2)])}:')
            self.block(s, d - 1)
            if self.chance(0.3):
                self.emit(s, f'elif {self.when(s)}:')
                self.block(s, d - 1)
            if self.chance(0.4):
                self.emit(s, 'else:')
                self.block(s, d - 1)
        elif k < 33:
            self.emit(s, 'try:')
            self.block(s, d - 1)
            if self.chance(0.2):
                self.final(s)
            else:
                self.handler(s, d)
        elif k == 33 and s.kind == 'f':
            o = self.obj(s) if self.chance(0.9) else self.any_(s, 0)
            self.emit(s, f'with {o} as {self.pick(s.any + s.ints)}:')
            self.block(s, d - 1)
        elif k == 34:
            self.match(s, d)
        elif k == 35:
            self.closure(s, d)
        elif k in (36, 37):
            g = self.fresh('t')
            n = self.pick(['2', '3', '5'])
            self.emit(s, f'{g} = {self.gen_call(s)}')
            self.emit(s, f'for {self.fresh("v")} in range({n}):')
            s.indent += 1
            self.emit(s, self.pick([f'{self.pick(s.any)} = next({g}, None)', f'{self.pick(s.any)} = {g}.send(None)', f'out(next({g}))', f'{g}.throw({self.pick(ERRORS)}(3))' if self.chance(0.4) else f'for {self.pick(s.ints)} in {g}: break']))
            s.indent -= 1
            if self.chance(0.5):
                self.emit(s, f'{g}.close()')
        elif k == 38 and self.coros:
            usable = [g for g, cost in self.coros if s.cost * cost < 12000]
            if usable:
                self.emit(s, f'out(drive({self.pick(usable)}(3)))')
        elif k == 39:
            self.emit(s, f'del {self.pick(s.any)}')
        else:
            self.assign(s, 2)

    def match(self, s, d):
        self.emit(s, f'match {self.any_(s, 1)}:')
        s.indent += 1
        names = s.any
        for p in self.r.sample(['int() if g0', f'[{self.pick(names)}, *_]', "{'a': _, **rest}", 'str()', f'(_, {self.pick(names)})', 'None | True', f'Base(a={self.pick(names)})', 'float() | complex()', '0 | 1 | 2', "'a' | 'b'"], 3):
            self.emit(s, f'case {p}:')
            self.block(s, d - 1, 1)
        if self.chance(0.6):
            self.emit(s, 'case _:')
            self.block(s, 0, 1)
        s.indent -= 1

    def closure(self, s, d):
        f = self.fresh('c')
        free = self.pick(s.ints)
        if s.kind == 'module':
            return
        arguments = self.pick(['q', 'q=2', 'q, *r', 'q=1, *, w=3', 'q, **r'])
        self.emit(s, f'def {f}({arguments}):')
        s.indent += 1
        if self.chance(0.6):
            self.emit(s, f'nonlocal {free}')
            self.emit(s, f'{free} += {self.pick(["1", "q"])}')
        self.emit(s, f'return {self.pick(["q", free, free + " + q", "[q for _ in range(2)]", "lambda: (q, " + free + ")"])}')
        s.indent -= 1
        self.emit(s, f'{self.pick(s.any)} = {self.pick([f + "(" + self.int(s, 0) + ")", "[" + f + "(v0) for v0 in range(3)]", f, "functools.reduce(lambda x, y: " + f + "(x), range(3), 1)"])}')

    # ---- definitions --------------------------------------------------
    def klass(self):
        c = f'C{len(self.classes)}'
        base = self.pick(['Base', 'Base', 'Base'] + self.classes) if self.chance(0.8) else 'Base'
        s = Scope('f', 1)
        s.ints, s.any = ['self.a', 'self.b', 'self.k'], ['self.a', 'w', 'o']
        s.assigns = False
        lines = [f'class {c}({base}):']
        e = lambda *names: self.pick(['3', 'self.a', 'self.b', 'self.a + 1', 'self.k', *names, *names])
        body = {
            'k': f'k = {self.pick(INTS + FLOATS)}',
            '__init__': f'def __init__(self, a=1, b={self.pick(["2", "0.5", "None"])}):\n        {self.pick(["super().__init__(a, b)", "self.a = a; self.b = b", "self.b = b; self.a = a; self.c = 1"])}',
            'm': f'def m(self, x=1, *r, k=2, **z):\n        {self.pick(["return", "self.b = x; return", "self.a += 1; return"])} {e("x", "k", "(x, r)", "x + k")}',
            'm2': f'def m2(self, a, b=3):\n        for j in range(3):\n            if j == a: return b\n            b += {e("j")}\n        return b',
            'sup': f'def sup(self, *a):\n        return super().m(*a) if hasattr(super(), "m") else {e("a")}',
            'cm': f'@classmethod\n    def cm(cls, x=0, *a, **k): return {self.pick(["cls.k", "x", "(cls, x)"])}',
            'sm': f'@staticmethod\n    def sm(*a, k=1, **z): return {self.pick(["k", "a", "len(a)"])}',
            'p': f'@property\n    def p(self): return {e("self.k")}\n    @p.setter\n    def p(self, v): self.b = v',
            'd': 'd = Des("a")', 'nd': 'nd = Non()',
            '__add__': f'def __add__(self, o): return {e("o", "self", "NotImplemented", f"{c}(o)")}',
            '__radd__': f'def __radd__(self, o): return {e("o", "self")}',
            '__sub__': f'def __sub__(self, o):\n        if o is None: raise E1("sub")\n        return {e("o")}',
            '__mul__': f'def __mul__(self, o): return {c}({e("o")}, 1)',
            '__iadd__': f'def __iadd__(self, o):\n        self.a = {e("o")}\n        return self',
            '__eq__': f'def __eq__(self, o): return {self.pick(["self.k == 3", "NotImplemented", "isinstance(o, Base)", "self is o", "1"])}',
            '__hash__': f'def __hash__(self): return {self.pick(["5", "hash(type(self).__name__) & 0", "-1"])}',
            '__lt__': f'def __lt__(self, o): return {self.pick(["True", "NotImplemented", "[]", "1"])}',
            '__bool__': f'def __bool__(self): return {self.pick(["True", "False", "self.k == 3", "1"])}',
            '__len__': f'def __len__(self): return {self.pick(["0", "2", "self.b", "-1", "True"])}',
            '__getitem__': f'def __getitem__(self, i):\n        if i == 4: raise IndexError(i)\n        return {e("i")}',
            '__setitem__': f'def __setitem__(self, i, v): self.b = {e("v")}',
            '__contains__': f'def __contains__(self, x): return {e("x")}',
            '__iter__': f'def __iter__(self):\n        {self.pick(["yield 1", "return iter((1, 2))", "for j in range(3): yield j", "yield from (4, 5)"])}',
            '__call__': f'def __call__(self, *a, **k): return {e("a")}',
            '__index__': f'def __index__(self): return {self.pick(["1", "0", "5", "True", "self.k"])}',
            '__int__': 'def __int__(self): return 8',
            '__neg__': f'def __neg__(self): return {e("self")}',
            '__enter__': f'def __enter__(self): return {e("self")}\n    def __exit__(self, t, v, tb):\n        {self.pick(["return True", "return False", "return t is ValueError", "out(t)", "self.b = 1; return self.a"])}',
            '__getattr__': f'def __getattr__(self, n):\n        if n.startswith("_"): raise AttributeError(n)\n        return {self.pick(["n", "4", "object.__getattribute__(self, chr(97))"])}',
            '__setattr__': 'def __setattr__(self, n, v):\n        object.__setattr__(self, n, v)',
            '__getattribute__': f'def __getattribute__(self, n):\n        {self.pick(["return object.__getattribute__(self, n)", "return super().__getattribute__(n)"])}',
            '__format__': 'def __format__(self, spec): return "F" + spec',
        }
        chosen = self.r.sample(list(body), self.r.randrange(5, 16))
        if self.chance(0.9) and '__hash__' not in chosen:
            chosen.append('__hash__')
        for name in body:
            if name in chosen and not (name in ('__getattr__', '__setattr__', '__getattribute__') and self.chance(0.7)):
                lines.append('    ' + body[name])
        lines.append('    pass')
        self.lines += '\n'.join(lines).split('\n')
        self.classes.append(c)

    def builtin_class(self):
        letter, base = self.pick([('L', 'list'), ('D', 'dict'), ('N', 'int'), ('R', 'float'), ('S', 'str'), ('P', 'tuple')])
        c = f'{letter}{len(self.classes)}'
        options = ['def m(self, *a, **k): return len(a)', 'k = 4', 'def __eq__(self, o): return True', '__hash__ = None', 'def __bool__(self): return False', 'def __add__(self, o): return 12', 'def __radd__(self, o): return 13', 'def __lt__(self, o): return True']
        options += {'L': ['def __len__(self): return 2', 'def __getitem__(self, i): return i', 'def __iter__(self): return iter((7, 8))', 'def append(self, x): super().append((x, 1))', 'def __contains__(self, x): return True'],
                    'D': ['def __missing__(self, k): return k', 'def __getitem__(self, k): return 6', 'def get(self, *a): return a', 'def __iter__(self): return iter((1, 2))', 'def __setitem__(self, k, v): super().__setitem__(k, 9)', 'def __contains__(self, x): return False'],
                    'N': ['def __index__(self): return 2', 'def __sub__(self, o): return 3', 'def __and__(self, o): return 1', 'def __int__(self): return 44'], 'R': ['def __mul__(self, o): return 0.5', 'def __float__(self): return 1.5', 'def __neg__(self): return 2'],
                    'S': ['def __getitem__(self, i): return "z"', 'def upper(self): return 1', 'def __len__(self): return 3'], 'P': ['def __len__(self): return 1', 'def __getitem__(self, i): return 3', 'def __iter__(self): return iter((3, 4))']}[letter]
        self.lines += [f'class {c}({base}):', '    def __new__(cls, *a, **k):', f'        return super().__new__(cls, {dict(L="", D="", N="5", R="2.5", S=chr(39) + "st" + chr(39), P="(1, 2, 3)")[letter]})']
        if letter == 'L':
            self.lines += ['    def __init__(self, *a, **k):', '        super().__init__((1, 2, 3))']
        if letter == 'D':
            self.lines += ['    def __init__(self, *a, **k):', '        super().__init__(a=1, b=2)']
        self.lines += ['    ' + o for o in self.r.sample(options, 3)]
        self.classes.append(c)

    def function(self, kind):
        letter = {'f': 'h', 'g': 'gen', 'a': 'co', 'r': 'hr'}[kind]
        f = self.fresh(letter)
        s = Scope('g' if kind == 'g' else 'f')
        s.is_async = kind == 'a'
        if kind == 'a':
            s.kind = 'a'
        self.cost, before = 0, self.cost
        if kind in 'ga':
            self.emit(s, f'{"async " if kind == "a" else ""}def {f}(n=2):')
            s.ints = ['n']
        elif kind == 'r':
            self.emit(s, f'def {f}(a=3, b=1, *r, k=2, **z):')
            s.ints = ['a', 'b']
        else:
            self.emit(s, f'def {f}({self.pick(["a=1, b=2, *r, k=3, **z", "a, b=2, *, k=1, z=0", "a=4, /, b=5, *r, k=6, z=7", "a, b=3, k=0, z=1", "*r, a=1, b=1, k=2, z=0", "a=0, b=0.5, *r, k=None, **z"])}):')
            s.ints, s.any = ['a', 'b'], ['k']
        s.indent = 1
        if self.chance(0.25):
            self.emit(s, f'global {self.pick(["g0", "g1"])}')
        small = kind != 'f' or not self.chance(0.75)
        for letter, names, make in (('x', s.ints, self.int), ('f', s.floats, self.float), ('s', s.strs, self.str), ('l', s.lists, self.list), ('d', s.dicts, self.dict), ('o', s.objs, self.obj), ('w', s.any, self.any_)):
            for i in range(1 if small else self.r.randrange(1, 3)):
                v = f'{letter}{i}'
                if letter == 'o':
                    self.emit(s, f'{v} = {self.cls()}({self.pick(["", "2", "b=3"])})')
                elif letter in 'xfld' or self.chance(0.7):
                    self.emit(s, f'{v} = {self.pick(dict(x=INTS, f=FLOATS, l=["[1, 2, 3]", "[]", "[0.5, 1]", "[" + chr(39) + "a" + chr(39) + "]"], d=["{}", "{1: 2}", "dict(a=1, b=2)"]).get(letter, [make(s, 0)]))}')
                else:
                    self.emit(s, f'{v} = {self.pick(STRS) if letter == "s" else None}')
                names.append(v)
        if kind == 'r':
            self.emit(s, f'if not isinstance(a, int) or a <= 0 or a > 9: return {self.pick(["b", "x0", "f0", "[b]"])}')
            for _ in range(2):
                self.statement(s, 1)
            self.emit(s, f'return {self.pick(["{f}(a - 1, b) + x0", "{f}(a - 1, b + 1)", "[{f}(a - 1), b]", "{f}(a - 1, k=b) if a % 2 else {f}(a - 2, x0)"]).format(f=f)}')
            self.cost = max(self.cost, 1) * 10
        elif kind == 'g':
            s.cost = 2
            self.emit(s, self.pick(['for i0 in range(n):', 'while n > 0:', 'try:']))
            head = self.lines[-1].strip()
            s.indent += 1
            if head.startswith('while'):
                self.emit(s, 'n -= 1')
            if head.startswith('for'):
                s.counters.append('i0')
            self.emit(s, f'yield {self.int(s, 1)}')
            for _ in range(self.r.randrange(0, 3)):
                self.statement(s, 1)
            self.emit(s, f'yield {self.any_(s, 0)}')
            s.indent -= 1
            s.counters = []
            if head == 'try:':
                self.handler(s, 1) if self.chance(0.5) else self.final(s)
            if self.chance(0.4):
                self.emit(s, f'return {self.int(s, 1)}')
            self.cost = max(self.cost, 1) * 4 + 8
        else:
            if not small:
                self.loop(s, 3)
                for _ in range(self.r.randrange(0, 3)):
                    self.statement(s, 3)
            else:
                for _ in range(self.r.randrange(1, 4)):
                    self.statement(s, 1 if kind == 'f' else 2)
            names = (s.ints + s.floats + s.strs + s.lists + s.any + s.dicts + s.objs)
            self.emit(s, f'return {self.pick(["{}", "{}", "({}, {})", "[{}, {}, {}]"]).format(*[self.pick(names) for _ in range(3)])}')
        cost = self.cost + len(self.lines) // 20 + 10
        self.cost = before
        (self.gens if kind == 'g' else self.coros if kind == 'a' else self.functions).append((f, cost))
        return f

    def program(self):
        r = self.r
        self.lines += ['class E1(Exception): pass', 'class E2(E1, ValueError): pass', 'class Steps:', '    def __init__(self, n): self.n = n', '    def __aiter__(self): return self', '    async def __anext__(self):', '        if self.n <= 0: raise StopAsyncIteration', '        self.n -= 1', '        await Wait(self.n)', '        return self.n']
        for _ in range(r.randrange(2, 4)):
            self.klass()
        if self.chance(0.6):
            self.builtin_class()
        if self.chance(0.3):
            self.builtin_class()
        for kind in r.choice(['fgf', 'ff', 'gfgf', 'rff', 'afaf', 'gaff', 'rgf', 'fff', 'f', 'gagf']):
            self.function(kind)
        mains = [f for f, _ in self.functions]
        self.function('f')
        mains.append(self.functions[-1][0])
        for f in mains[-2:]:
            for call in r.sample(['3', '3', '2, 0.5', "'s'", '1, k=2', '-4, 7', '2**62', 'a=1', '1, b=None', '2.5, 2'], r.choice([2, 3, 4])):
                self.lines += ['try:', f'    out({f}({call}))', 'except BaseException as e:', '    out(e, where(e))', 'finally:', '    sys.settrace(None); sys.setprofile(None)']
        self.lines.append('out(COUNT, EVENTS, g0, g1)')
        return PRELUDE + '\n'.join(self.lines) + '\n'
