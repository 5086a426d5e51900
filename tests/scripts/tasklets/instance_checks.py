# `isinstance` of classes whose metaclass answers in Python: a tasklet that is left there has nesting level 0.
# only: skein
import stackless


class Unsure:
    def __bool__(self):
        return 1 / 0


class Meta(type):
    def __instancecheck__(cls, v):
        stackless.schedule()
        print('asked', cls.__name__, v, stackless.current.nesting_level)
        return cls.answer


class Yes(metaclass=Meta):
    answer = [1]


class No(metaclass=Meta):
    answer = ''


class Fails(metaclass=Meta):
    answer = Unsure()


def check(v, cls):
    try:
        print(v, cls.__name__, isinstance(v, cls))
    except ZeroDivisionError as e:
        frames = []
        tb = e.__traceback__
        while tb:
            frames.append(tb.tb_frame.f_code.co_name)
            tb = tb.tb_next
        print(cls.__name__, e, frames)


for v, cls in (1, Yes), (2, No), (3, Fails):
    stackless.tasklet(check)(v, cls)
stackless.run()
print(isinstance(Yes(), Yes), isinstance(5, (int, Yes)), isinstance(5, (No, Yes)))


class Silent(type):
    def __instancecheck__(cls, v):
        return v == 39


class Quiet(metaclass=Silent):
    pass


def hot(n):
    for i in range(n):
        r = [isinstance(i, Quiet), isinstance(i, Quiet) and 1, isinstance('x', Quiet), isinstance(Quiet(), Quiet)]
    return r


print(hot(40))
