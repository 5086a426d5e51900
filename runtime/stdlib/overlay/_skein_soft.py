"""What natives that call Python do between the calls, in Python.

A native that calls Python keeps a tasklet that is left meanwhile on the native stack. So natives hand over to these
functions where they can. Their frames are not shown to anybody, and need no native code below them.
"""

from _skein_natives import (
    clean_import,
    finish_class,
    leave_context,
    resume_watching,
    run_body,
    sort_by_keys,
)

_dict, _frozenset, _len, _set, _tuple = dict, frozenset, len, set, tuple
_StopIteration, _TypeError, _ValueError = StopIteration, TypeError, ValueError
_append, _join = list.append, str.join


def build_class(body, name, bases, meta, namespace, keywords, original_bases):
    cell = run_body(body, namespace)
    if original_bases is not None:
        namespace['__orig_bases__'] = original_bases
    return finish_class(meta(name, bases, namespace, **keywords), cell, name)


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


def sort(items, key, reverse):
    return sort_by_keys(items, [key(v) for v in items], reverse)


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
