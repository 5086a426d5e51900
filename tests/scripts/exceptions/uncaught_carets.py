# golden: 3.14
# exit: 1
# Caret placement in an uncaught exception: subscripts, calls, a returned call, a lambda.
def subscript(d):
    return d['outer']['inner'][0]


def call(f, *args):
    return f(*args)


print(call(lambda x: x + 1, 5))
call(lambda d: 1 + (len(d) * 2 - subscript(d)), {'outer': {'inner': []}})
