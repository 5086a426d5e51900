"""Differences of texts: difflib's reports, Myers' algorithm by hand, patches applied, and close matches of misspelt words.

usage: text_diff.py [lines]
"""
# perf: 8000
import difflib
import random
import sys
from itertools import groupby

WORDS = 'when the small grey boat came home its crew had seen wide water deep fog bright stars no land but one calm isle'.split()


def make_text(lines, rng):
    return [' '.join(rng.choices(WORDS, k=rng.randint(3, 8))) for _ in range(lines)]


def edited(text, rng, changes):
    text = list(text)
    for _ in range(changes):
        place = rng.randrange(len(text))
        kind = rng.randrange(4)
        if kind == 0:
            del text[place]
        elif kind == 1:
            text.insert(place, ' '.join(rng.choices(WORDS, k=5)))
        elif kind == 2:
            words = text[place].split()
            place_in_line = rng.randrange(len(words))
            words[place_in_line] = words[place_in_line].capitalize()
            text[place] = ' '.join(words)
        else:
            block = text[place:place + 3]
            del text[place:place + 3]
            text[place // 2:place // 2] = block
    return text


def myers(a, b):
    """The shortest script of insertions and deletions, as (sign, line) pairs."""
    furthest = {1: 0}
    history = []
    for d in range(len(a) + len(b) + 1):
        history.append(dict(furthest))
        for k in range(-d, d + 1, 2):
            if k == -d or k != d and furthest[k - 1] < furthest[k + 1]:
                x = furthest[k + 1]
            else:
                x = furthest[k - 1] + 1
            y = x - k
            while x < len(a) and y < len(b) and a[x] == b[y]:
                x += 1
                y += 1
            furthest[k] = x
            if x >= len(a) and y >= len(b):
                return backtrack(a, b, history)
    raise AssertionError('the end is always reached')


def backtrack(a, b, history):
    script = []
    x, y = len(a), len(b)
    for d in range(len(history) - 1, -1, -1):
        furthest = history[d]
        k = x - y
        if k == -d or k != d and furthest[k - 1] < furthest[k + 1]:
            before = k + 1
        else:
            before = k - 1
        start_x = furthest[before]
        start_y = start_x - before
        while x > start_x and y > start_y:
            x -= 1
            y -= 1
            script.append((' ', a[x]))
        if d:
            script.append(('+', b[start_y]) if x == start_x else ('-', a[start_x]))
        x, y = start_x, start_y
    script.reverse()
    return script


def apply(script, a):
    out, position = [], 0
    for sign, line in script:
        if sign == '+':
            out.append(line)
            continue
        if a[position] != line:
            raise ValueError(f'line {position + 1} does not fit')
        if sign == ' ':
            out.append(line)
        position += 1
    return out


def summary(script):
    runs = [(sign, sum(1 for _ in run)) for sign, run in groupby(script, key=lambda pair: pair[0])]
    return ''.join(f'{sign.strip() or "="}{count}' for sign, count in runs)


def misspell(word, rng):
    place = rng.randrange(len(word))
    return rng.choice(
        [
            word[:place] + word[place + 1:],
            word[:place] + rng.choice('aeiou') + word[place:],
            word[:place] + word[place:place + 2][::-1] + word[place + 2:],
        ]
    )


def main():
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    rng = random.Random(44)
    old = make_text(lines, rng)
    new = edited(old, rng, lines // 8)
    script = myers(old, new)
    assert apply(script, old) == new
    print(len(old), len(new), summary(script)[:70])
    unified = list(difflib.unified_diff(old, new, 'old', 'new', lineterm='', n=1))
    print('\n'.join(unified[:8]))
    print(sum(line[0] == '+' for line in unified), sum(line[0] == '-' for line in unified))
    matcher = difflib.SequenceMatcher(None, old, new)
    print(f'{matcher.ratio():.6f}', matcher.find_longest_match(), len(matcher.get_opcodes()))
    small = slice(0, 80)
    detailed = list(difflib.ndiff(old[small], new[small]))
    assert list(difflib.restore(detailed, 1)) == old[small]
    print(len(detailed), next(line for line in detailed if line[0] == '?').rstrip())
    letters = difflib.SequenceMatcher(lambda c: c == ' ', ' '.join(old[:60]), ' '.join(new[:60]))
    print(f'{letters.ratio():.6f} {letters.quick_ratio():.6f}', len(letters.get_matching_blocks()))
    wrong = [misspell(word, rng) for word in WORDS * (lines // 40) if len(word) > 3]
    guesses = [difflib.get_close_matches(word, WORDS, n=1, cutoff=0.7) for word in wrong]
    right = [word for word in WORDS * (lines // 40) if len(word) > 3]
    print(len(wrong), sum(guess == [word] for guess, word in zip(guesses, right)), wrong[:4], guesses[:4])
    try:
        apply(script, new)
    except ValueError as error:
        print(error)


if __name__ == '__main__':
    main()
