constant = 7


def __getattr__(name):
    if name == 'lazy_attribute':
        return 'made lazily'
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
