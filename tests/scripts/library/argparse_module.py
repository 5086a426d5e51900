# argparse: parsing, types, subcommands, errors. Help texts differ between versions and are not printed.
import argparse
import contextlib
import io


def parse(parser, *args):
    err = io.StringIO()
    try:
        with contextlib.redirect_stderr(err):
            ns = parser.parse_args(list(args))
        print(sorted(vars(ns).items(), key=lambda p: p[0]))
    except SystemExit as e:
        print('exit', e.code, 'error:' in err.getvalue())


p = argparse.ArgumentParser(prog='prog')
p.add_argument('name')
p.add_argument('numbers', nargs='*', type=int)
p.add_argument('-v', '--verbose', action='count', default=0)
p.add_argument('--flag', action='store_true')
p.add_argument('--no-flag', dest='flag', action='store_false')
p.add_argument('-o', '--output', default='out.txt')
p.add_argument('--choice', choices=['a', 'b'])
p.add_argument('--many', nargs='+')
p.add_argument('--append', action='append', type=float)
p.add_argument('--const', action='store_const', const=42)
p.add_argument('--optional', nargs='?', const='const', default='default')
parse(p, 'n')
parse(p, 'n', '1', '2', '-vv', '--flag')
parse(p, '-oy', 'n', '--choice', 'b', '--append', '1.5', '--append', '2')
parse(p, 'n', '--many', 'x', 'y', '--const', '--optional')
parse(p, '--optional', 'given', 'n', '--no-flag')
parse(p, '--', '-n')
parse(p)
parse(p, 'n', 'notint')
parse(p, 'n', '--choice', 'z')
parse(p, 'n', '--unknown')
parse(p, 'n', '--out', 'abbreviated')
parse(p, 'n', '--append')
print(p.parse_known_args(['n', '--zzz'])[1])
sub = argparse.ArgumentParser()
s = sub.add_subparsers(dest='command', required=True)
add = s.add_parser('add', aliases=['a'])
add.add_argument('x', type=int)
add.set_defaults(func='add function')
rm = s.add_parser('remove')
rm.add_argument('--force', action='store_true')
parse(sub, 'add', '5')
parse(sub, 'a', '6')
parse(sub, 'remove', '--force')
parse(sub)
parse(sub, 'bogus')
g = argparse.ArgumentParser(exit_on_error=True)
group = g.add_mutually_exclusive_group(required=True)
group.add_argument('--x', action='store_true')
group.add_argument('--y', action='store_true')
parse(g, '--x')
parse(g, '--x', '--y')
parse(g)


def even(text):
    n = int(text)
    if n % 2:
        raise argparse.ArgumentTypeError('odd')
    return n


e = argparse.ArgumentParser()
e.add_argument('n', type=even)
parse(e, '4')
parse(e, '3')
b = argparse.ArgumentParser()
b.add_argument('--feature', action=argparse.BooleanOptionalAction)
parse(b, '--feature')
parse(b, '--no-feature')


class Upper(argparse.Action):
    def __call__(self, parser, namespace, values, option_string=None):
        setattr(namespace, self.dest, values.upper())


c = argparse.ArgumentParser()
c.add_argument('--up', action=Upper)
parse(c, '--up', 'text')
d = argparse.ArgumentParser(argument_default=argparse.SUPPRESS)
d.add_argument('--q')
parse(d)
print(argparse.Namespace(a=1, b='x'), argparse.Namespace(a=1) == argparse.Namespace(a=1), 'a' in argparse.Namespace(a=1))
