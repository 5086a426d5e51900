# f-strings in all forms that 3.11 and 3.14 share.
name, n, items = 'world', 42, [1, 2, 3]
print(f'hello {name}', f'{n + 1}', f'{items[0]} {items[-1]}', f'{name.upper()!r}', f"{'nested'}", f'{{literal}}', f'{{{n}}}', f'{n!r:>5}', f'{n:>{5}}', f'{n:{"0"}{">"}{6}}')
print(f'{n=}', f'{n = }', f'{n=:>6}', f'{name=!s}', f'{name=}', f'{n + 1=}', f'{items[0]=}', f'{ n = :#x}', f'{len(items)=}', f'{name=!r:>10}')
print(f'{lambda_free(1) if False else "cond"}', f'{(lambda x: x * 2)(3)}', f'{[i for i in range(3)]}', f'{ {1: 2} }', f'{ {1, 2} }', f'{(1, 2)}', f'{1, 2}', f'{n if n > 5 else 0}')
print(f'''multi
{n}
line''', f'a' 'b' f'{n}', rf'\n{n}\t', fr'{name}\d', F'{n}', f'{n}{name}', f'', f'{""}', f'\x41{n}\u00e9\N{BULLET}')
print(f'{3.14159:.2f} {1000000:,} {0.5:%} {255:#x} {n:08b} {name:>10} {name:^11} {name!r:.3}', f'{n:}', f'{name!s}', f'{name!a}', f'{"é"!a}')
width, precision = 10, 3
print(f'{3.14159265:{width}.{precision}f}|{name:{width}}|{name:*^{width + 2}}|{n:{"x" if n else "d"}}')
print(f'{n != 1} {n == 42} {n >= 1} {n <= 1} {n < 1} {n > 1} {not n} {n and 1}', f'{(n:=5)} {n}', f'{n:=+5}')
d = {'k': 'v', 'n': {'m': 1}}
print(f'{d["k"]} {d["n"]["m"]} {d.get("x", "none")}', f"{d['k']}", f'{"".join(["a", "b"])}', f'{"a" "b"}', f'{d["k"]!r:>5}')


class C:
    def __format__(self, spec):
        return 'fmt:' + spec

    def __repr__(self):
        return 'repr'

    def __str__(self):
        return 'str'


c = C()
print(f'{c} {c!s} {c!r} {c:spec} {c!r:>6} {c:{1}-{2}} {c=} {c=!s} {c=:x}')


def f():
    x = 'local'
    return f'{x} {(lambda: x)()} {[x for _ in "ab"]}'


print(f())


def order(v, log=[]):
    log.append(v)
    return v


print(f'{order(1)}{order(2):{order(3)}}{order(4)!r}', order.__defaults__)
try:
    f'{undefined}'
except NameError as e:
    print(e)
try:
    f'{n:q}'
except ValueError as e:
    print(type(e).__name__)
x = 5
print(f'{x}' f'{x!r}' '{x}' rf'{x}\{x}', (f'{x}', f'{x}'), f'{x}'.upper(), len(f'{x:10}'), f'{f"{x}"}')
print(f'{"{"}', f'{"}"}', f'{{}}', f'{{{{', f'}}', f'{x}}}', f'{{{x}', '%s' % f'{x}', f'{x:%}' == '500.000000%', f"{x}'\"")
print(f"{x!r}", f'''{
    x
    + 1
}''', f'{x  }', f'{  x}')
import datetime
day = datetime.date(2024, 2, 29)
print(f'{day:%Y-%m-%d} {day:%d.%m.%y} {day!s} {day}', f'{day:%A}'.lower())


class Ns:
    value = f'{x} in class'
    y = 3
    text = f'{y}' + ''.join(f'{v}' for v in 'ab')


print(Ns.value, Ns.text)
print(f'{1:{2}}{3:{4}}', f'{"a":{"b"}<{3}}', '{}'.format(f'{{}}'), f'{None} {True} {...}', f'{1_000}', f'{0x10}', f'{1.}', f'{-1}', f'{+1}', f'{~1}')
