"""What extend makes of length hints that cannot be."""
import sys


class Liar:
    def __iter__(self):
        return iter('ab')

    def __length_hint__(self):
        return sys.maxsize


filled = [1, 2]
filled.extend(Liar())
print(filled)
try:
    [].extend(Liar())
except MemoryError as e:
    print(type(e).__name__, e)
