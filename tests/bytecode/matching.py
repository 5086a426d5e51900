def shape(x):
    match x:
        case 1 | 2:
            return 'small'
        case [a, *rest] if rest:
            return a
        case {'k': v, **others}:
            return v, others
        case Point(x=0, y=y):
            return y
        case None:
            return
        case _:
            return x
