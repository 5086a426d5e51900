# golden: 3.14
# The operator <>, relative imports of __future__, and warnings that filters make errors.
import warnings

exec("from __future__ import barry_as_FLUFL\nprint(2 <> 3, 2 <> 2, '<>')")


def attempt(source):
    try:
        compile(source, '<test>', 'exec')
        print('compiled')
    except Exception as e:
        print(type(e).__name__, e.msg, e.lineno, e.offset)


attempt("from __future__ import barry_as_FLUFL; 2 != 3")
attempt("2 <> 3")
attempt("from .__future__ import anything")
attempt("from __future__ import anything")

warnings.simplefilter('error')
for source in ["'\\z'", "b'\\407'", "x is 1", "1is x", "assert (1, 2)", "'\\e' $", "t'a' 'b'", "b'a' t'b'"]:
    attempt(source)
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter('always')
    attempt("'\\e' $")
print([str(w.message) for w in seen])


# Private names around a generic class: only its own parameters are mangled there.
class __Base:
    pass


class Derived[__T](__Base):
    seen = __T.__name__


print(Derived.__mro__[1], Derived.seen)

attempt("match x:\n case -0j ** 0: pass")


class Holder:
    name = 'class'
    type Listed[name] = [name for _ in (1,)]


print(Holder.Listed.__value__)
