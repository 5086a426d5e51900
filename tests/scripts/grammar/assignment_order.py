# Evaluation order of everything.
log = []


def t(name, value=None):
    log.append(name)
    return value if value is not None else name


def show(label):
    print(label, *log)
    log.clear()


class O:
    def __getitem__(self, k):
        log.append(f'get[{k}]')
        return self

    def __setitem__(self, k, v):
        log.append(f'set[{k}]={v}')

    def __getattr__(self, n):
        if n.startswith('__'):
            raise AttributeError(n)
        log.append(f'get.{n}')
        return self

    def __setattr__(self, n, v):
        log.append(f'set.{n}={v}')

    def __iadd__(self, v):
        log.append(f'iadd {v}')
        return 'sum'

    def __call__(self, *a, **k):
        log.append(f'call{a}{k}')
        return self

    def __add__(self, v):
        log.append('add')
        return self

    def __lt__(self, v):
        log.append('lt')
        return True

    def __contains__(self, v):
        log.append('contains')
        return True

    def __delitem__(self, k):
        log.append(f'del[{k}]')


o = O()
t('left', o)[t('index')] = t('right')
show('item')
t('left', o).attr = t('right')
show('attr')
t('a', o)[t('i')], t('b', o).x = t('v', (1, 2))
show('tuple')
t('a', o)[t('i')] = t('b', o).x = t('v')
show('chain')
t('a', o)[t('i')] += t('v')
show('augmented item')
t('a', o).x += t('v')
show('augmented attr')
t('f', o)(t(1), *t('args', (2,)), t(3), k=t('k'), **t('kw', {'z': 1}))
show('call')
{t('k1'): t('v1'), t('k2'): t('v2')}
show('dict')
{t('k'): t('v') for _ in (1, 2)}
show('dict comp')
[t('b') if t('cond', True) else t('c')]
show('ternary')
t('a', o) + t('b', o) + t('c')
show('binary')
t('a', o) < t('b', o) < t('c', o)
show('compare')
t('x') in t('y', o)
show('in')
t('a', 0) or t('b', 1) and t('c')
show('bool')
del t('d', o)[t('e')], t('f', o)[t('g')]
show('del')
t('o', o)[t('lo'):t('hi'):t('step')]
show('slice')
log.clear()


def deco(name):
    log.append('deco ' + name)

    def apply(f):
        log.append('apply ' + name)
        return f
    return apply


@deco('1')
@deco('2')
def f(a: t('annotation') = t('default'), *, k=t('kwdefault')) -> None:
    pass


print([x for x in log if x != 'annotation'])
log.clear()


@deco('c')
class C(t('base', object), metaclass=t('meta', type)):
    log.append('body')


show('class')
lambda x=t('lambda default'): t('never')
show('lambda')
x = [t('first'), *t('star', [1]), t('last')]
show('list')
f'{t("one")}{t("two"):{t("spec", ">5")}}'
show('fstring')
with_log = []
assert t('assert', True), t('message')
show('assert')
for t('target', o)[t('key')] in t('iter', [1, 2]):
    pass
show('for')
(y := t('walrus')) + t('after')
show('walrus')
print(not t('n', 0), log)
log.clear()
o.a.b[t('k')].c = t('v')
show('path')
