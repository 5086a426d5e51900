"""Exceptions in compiled loops."""


class First(Exception):
    pass


def raised_before_its_handler(go):
    """The handler begins right behind the instruction that raises, in a register that held something else."""
    seen = []
    pairs = [(1, 2)]
    for i in range(8):
        for x, y in pairs:
            try:
                if go:
                    raise First(i)
            except Exception as e:
                kept = e
            seen.append(repr(kept))
    return seen


def raised_again_before_a_handler(n):
    seen = []
    for i in range(n):
        for pair in [(i, i)]:
            try:
                try:
                    raise First(pair)
                except KeyError:
                    pass
            except Exception as e:
                seen.append(type(e).__name__ + str(e))
    return seen


print(raised_before_its_handler(True))
print(raised_again_before_a_handler(8))
