"""The cells of a class block as comprehensions in it see them."""


class Captured:
    names = [(lambda: __classdict__)() for _ in [1]]
    classes = [lambda: __class__ for _ in [1]]


print('names' in Captured.names[0], Captured.classes[0]() is Captured)
for name in '__class__', '__classdict__', '__conditional_annotations__':
    try:
        exec(f'class C: [{name} for _ in [1]]')
        print(name, 'found')
    except NameError as e:
        print(name, type(e).__name__, e)
