"""A module that scripts import."""
count = globals().get('count', 0) + 1
value = 'original'


class Thing:
    name = 'thing'
