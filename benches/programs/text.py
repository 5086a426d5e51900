"""Text processing: makes a text, counts words, sorts, substitutes, formats a table.

usage: text.py [rounds]
"""
# perf: 100
import re
import sys
from collections import Counter

STEMS = 'sun river stone cloud wander bright quiet iron maple harbour lantern winter drift ember valley'.split()
ENDINGS = ['', 's', 'ing', 'ed', 'ly', 'er']


def make(words):
    state = 42
    out = []
    for i in range(words):
        state = (state * 1103515245 + 12345) % 2147483648
        word = STEMS[state >> 8 & 15 if (state >> 8 & 15) < len(STEMS) else 0] + ENDINGS[(state >> 16) % 6]
        if i % 11 == 0:
            word = word.capitalize()
        out.append(word + (',' if i % 7 == 3 else '.' if i % 13 == 12 else ''))
    return ' '.join(out)


def work(text):
    words = [word.strip('.,').lower() for word in text.split()]
    counts = Counter(words)
    lines = []
    for word, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        lines.append(f'{word:<12}|{count:>6}|{100 * count / len(words):6.2f} %')
    sentences = re.split(r'\.\s*', text)
    longest = max(sentences, key=len)
    marked = re.sub(r'\b(\w+)ing\b', lambda m: m.group(1).upper() + 'ing', text)
    vowels = sum(text.count(v) for v in 'aeiou')
    table = str.maketrans('abc', 'xyz')
    return lines, len(longest), len(sentences), vowels, hash_of(marked.translate(table))


def hash_of(text):
    h = 5381
    for c in text:
        h = (h * 33 ^ ord(c)) & 0xFFFFFFFF
    return h


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    text = make(20000)
    for _ in range(rounds):
        lines, *numbers = work(text)
    print('\n'.join(lines[:5]))
    print(len(lines), *numbers)


if __name__ == '__main__':
    main()
