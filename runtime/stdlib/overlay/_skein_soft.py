"""What natives that call Python do between the calls, in Python.

A native that calls Python keeps a tasklet that is left meanwhile on the native stack. So natives hand over to these
functions where they can. Their frames are not shown to anybody, and need no native code below them.
"""

from _skein_natives import (
    check_aiter,
    check_awaited,
    check_init,
    check_iter,
    check_namespace,
    check_special,
    clean_import,
    count_element,
    finish_class,
    initializer,
    keep_result,
    leave_context,
    resume_watching,
    run_body,
    sort_by_keys,
)

_dict, _frozenset, _int, _len, _set, _tuple, _type = dict, frozenset, int, len, set, tuple, type
_numbers = _frozenset([bool, complex, float, int])
_AttributeError, _StopIteration, _TypeError, _ValueError = AttributeError, StopIteration, TypeError, ValueError
_add, _append, _clear, _copy, _join = set.add, list.append, list.clear, list.copy, str.join
_setdefault, _sort, _sorted, _sum = dict.setdefault, list.sort, sorted, sum
_set_slice, _everything = list.__setitem__, slice(None)


def build_class(body, name, bases, meta, namespace, prepare, keywords, original_bases):
    if prepare is not None:
        namespace = check_namespace(meta, prepare(name, bases, **keywords))
    cell = run_body(body, namespace)
    if original_bases is not None:
        namespace['__orig_bases__'] = original_bases
    return finish_class(meta(name, bases, namespace, **keywords), cell, name)


def instantiate(new, cls, /, *args, **keywords):
    made = new(cls, *args, **keywords)
    init = initializer(made, cls)
    if init is not None:
        check_init(init(*args, **keywords))
    return made


def get_iter(method, this):
    return check_iter(method(this))


def get_aiter(method, this):
    return check_aiter(method(this))


def get_awaitable(method, this):
    return check_awaited(method(this))


def len(method, this):
    return check_special('len', method(this))


def hash(method, this):
    return check_special('hash', method(this))


def repr(method, this):
    return check_special('repr', method(this))


def str(method, this):
    return check_special('str', method(this))


def format(method, this, spec):
    return check_special('format', method(this, spec))


def import_module(load, name, globals, fromlist, level, watching):
    try:
        return load(name, globals, None, fromlist, level)
    except BaseException as e:
        clean_import(e)
        raise
    finally:
        resume_watching(watching)


def run_in_context(callable, args, keywords, context, previous):
    try:
        return callable(*args, **keywords)
    finally:
        leave_context(context, previous)


def send_sequence(send, iterable):
    count = 0
    for v in iterable:
        send(v)
        count += 1
    return count


def make_list(iterable):
    return [v for v in iterable]


def make_tuple(iterable):
    return _tuple([v for v in iterable])


def make_set(iterable):
    return {v for v in iterable}


def make_frozenset(iterable):
    return _frozenset([v for v in iterable])


def extend(this, iterable):
    for v in iterable:
        _append(this, v)


def update_set(this, iterable):
    for v in iterable:
        _add(this, v)


def count_elements(counts, iterable):
    for v in iterable:
        count_element(counts, v)


def join(this, iterable):
    return _join(this, [v for v in iterable])


def any(iterable):
    for v in iterable:
        if v:
            return True
    return False


def all(iterable):
    for v in iterable:
        if not v:
            return False
    return True


def sum(iterable, result):
    rest = iter(iterable)
    for v in rest:
        if _type(v) in _numbers and _type(result) in _numbers and not (_type(v) is _type(result) is _int):
            # Of these no rounding error shall be lost.
            return _sum([v, *rest], result)
        result = result + v
    return result


def contains(iterable, wanted):
    for v in iterable:
        if v is wanted or v == wanted:
            return True
    return False


def call_with(callable, first, iterable, keywords):
    return callable(*first, *iterable, **keywords)


def call_cached(function, args, keywords, wrapper, key):
    return keep_result(wrapper, key, function(*args, **keywords))


def make_default(this, key, factory):
    return _setdefault(this, key, factory())


def get_attribute(get, args, fallback, this, name):
    try:
        return get(*args)
    except _AttributeError:
        if fallback is None:
            raise
    return fallback(this, name)


def get_attribute_or(get, args, fallback, this, name, default):
    try:
        return get_attribute(get, args, fallback, this, name)
    except _AttributeError:
        return default


def has_attribute(get, args, fallback, this, name):
    try:
        get_attribute(get, args, fallback, this, name)
    except _AttributeError:
        return False
    return True


def is_instance(check, cls, v):
    return True if check(cls, v) else False


def set_attribute(set, args):
    set(*args)


def sorted(iterable, key, reverse):
    items = [v for v in iterable]
    if key is None and not reverse:
        return _sorted(items)
    _sort(items, key=key, reverse=reverse)
    return items


def sort(items, key, reverse):
    return sort_by_keys(items, [key(v) for v in items], reverse)


def sort_list(this, key, reverse):
    items = _copy(this)
    # It looks empty to whoever sees it meanwhile.
    _clear(this)
    try:
        sort_by_keys(items, [key(v) for v in items], reverse)
    finally:
        modified = _len(this) > 0
        _set_slice(this, _everything, items)
    if modified:
        raise _ValueError('list modified during sort')


def least(iterable, has_default, best):
    found = False
    for v in iterable:
        if not found or v < best:
            best, found = v, True
    if found or has_default:
        return best
    raise _ValueError('min() iterable argument is empty')


def greatest(iterable, has_default, best):
    found = False
    for v in iterable:
        if not found or v > best:
            best, found = v, True
    if found or has_default:
        return best
    raise _ValueError('max() iterable argument is empty')


def min(iterable, key, has_default, default):
    found = False
    for v in iterable:
        k = key(v)
        if not found:
            best, least, found = v, k, True
        elif k < least:
            best, least = v, k
    if found:
        return best
    if has_default:
        return default
    raise _ValueError('min() iterable argument is empty')


def max(iterable, key, has_default, default):
    found = False
    for v in iterable:
        k = key(v)
        if not found:
            best, most, found = v, k, True
        elif k > most:
            best, most = v, k
    if found:
        return best
    if has_default:
        return default
    raise _ValueError('max() iterable argument is empty')


def reduce(function, iterator, has_initial, result):
    for v in iterator:
        if has_initial:
            result = function(result, v)
        else:
            result, has_initial = v, True
    if has_initial:
        return result
    raise _TypeError('reduce() of empty iterable with no initial value')


def kill_tasklets():
    import _stackless
    here = _stackless.getcurrent()
    for t in _stackless.getuncollectables():
        if t.alive and t is not here and t.thread_id == here.thread_id:
            t.kill()


# What a loop over one of these iterators calls for the next item. StopIteration ends the loop.

def next_of_map(function, iterator):
    for v in iterator:
        return function(v)
    raise _StopIteration


def next_of_filter(function, iterator):
    for v in iterator:
        if function(v):
            return v
    raise _StopIteration


def next_of_enumerate(count, iterator):
    for v in iterator:
        return count, v
    raise _StopIteration


def next_of_zip(iterators):
    row = []
    for i in iterators:
        for v in i:
            _append(row, v)
            break
        else:
            raise _StopIteration
    return _tuple(row)
