"""A search engine in memory: words stemmed and counted, an inverted index, ranked and boolean queries, phrases, suggestions.

usage: search_index.py [documents]
"""
# perf: 6000
import math
import random
import string
import sys
from bisect import bisect_left, insort
from collections import Counter, defaultdict

STOP = frozenset('a an and are as at be by for from in is it of on or that the to was with'.split())
SUBJECTS = 'farmer sailor baker teacher painter doctor driver writer singer gardener'.split()
VERBS = 'walks watches carries repairs paints measures follows collects cleans remembers'.split()
THINGS = 'boats stones bridges lamps tables clocks letters windows engines gardens baskets'.split()
PLACES = 'harbour market station valley island library kitchen mountain river village'.split()


def make_documents(count, rng):
    for ident in range(count):
        topic = rng.choice(THINGS)
        sentences = []
        for _ in range(rng.randint(3, 9)):
            thing = topic if rng.random() < 0.4 else rng.choice(THINGS)
            sentence = f'the {rng.choice(SUBJECTS)} {rng.choice(VERBS)} {thing} at the {rng.choice(PLACES)}'
            if rng.random() < 0.3:
                sentence += f", and {rng.choice(VERBS)} it's {rng.randint(1, 40)} parts"
            sentences.append(sentence.capitalize() + rng.choice('.!?'))
        yield ident, f'{topic.title()} {ident}', ' '.join(sentences)


def stem(word):
    for ending, replacement in (('ies', 'y'), ('sses', 'ss'), ('ches', 'ch'), ('ing', ''), ('ed', ''), ('s', '')):
        if word.endswith(ending) and len(word) - len(ending) > 2 and not word.endswith('ss'):
            return word[:-len(ending)] + replacement
    return word


PUNCTUATION = str.maketrans({sign: ' ' for sign in string.punctuation if sign != "'"})


def words_of(text):
    for word in text.lower().translate(PUNCTUATION).split():
        word = word.removesuffix("'s").strip("'")
        if word and word not in STOP:
            yield stem(word) if word.isalpha() else word


class Index:
    def __init__(self):
        self.postings = defaultdict(dict)
        self.lengths = {}
        self.titles = {}
        self.vocabulary = []

    def add(self, ident, title, text):
        self.titles[ident] = title
        words = list(words_of(title)) + list(words_of(text))
        for position, word in enumerate(words):
            entry = self.postings.get(word)
            if entry is None:
                insort(self.vocabulary, word)
                entry = self.postings[word]
            entry.setdefault(ident, []).append(position)
        self.lengths[ident] = len(words)

    def ranked(self, query, limit=5):
        """BM25."""
        mean = sum(self.lengths.values()) / len(self.lengths)
        scores = Counter()
        for word in words_of(query):
            entry = self.postings.get(word, {})
            rarity = math.log(1 + (len(self.lengths) - len(entry) + 0.5) / (len(entry) + 0.5))
            for ident, positions in entry.items():
                frequency = len(positions)
                damping = 0.25 + 0.75 * self.lengths[ident] / mean
                scores[ident] += rarity * frequency * 2.2 / (frequency + 1.2 * damping)
        return sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:limit]

    def matching(self, query):
        """'a b' needs both, '-c' excludes, 'a|b' accepts either."""
        found = set(self.titles)
        for term in query.split():
            words = [stem(word) for word in term.lstrip('-').split('|')]
            documents = set().union(*(self.postings.get(word, {}).keys() for word in words))
            found = found - documents if term.startswith('-') else found & documents
        return found

    def phrase(self, text):
        first, *rest = words_of(text)
        hits = []
        for ident, positions in self.postings.get(first, {}).items():
            following = [set(self.postings.get(word, {}).get(ident, ())) for word in rest]
            if any(all(p + i in places for i, places in enumerate(following, 1)) for p in positions):
                hits.append(ident)
        return hits

    def completions(self, prefix):
        start = bisect_left(self.vocabulary, prefix)
        end = bisect_left(self.vocabulary, prefix + '\uffff')
        return self.vocabulary[start:end]

    def suggestion(self, word):
        def edits(text):
            splits = [(text[:i], text[i:]) for i in range(len(text) + 1)]
            yield from (left + right[1:] for left, right in splits if right)
            yield from (left + right[1] + right[0] + right[2:] for left, right in splits if len(right) > 1)
            yield from (left + c + right[1:] for left, right in splits if right for c in string.ascii_lowercase)
            yield from (left + c + right for left, right in splits for c in string.ascii_lowercase)

        candidates = {edit for edit in edits(word) if edit in self.postings}
        return max(candidates, key=lambda w: (len(self.postings[w]), w), default=None)


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1200
    rng = random.Random(8)
    index = Index()
    for document in make_documents(count, rng):
        index.add(*document)
    print(len(index.postings), sum(index.lengths.values()), index.vocabulary[-3:])
    for query in ('Repairing clocks', 'the sailor at the island', 'baskets and lamps, 17 parts', 'nothing known'):
        results = index.ranked(query)
        print(f'{query}:', ', '.join(f'{index.titles[ident]} {score:.4f}' for ident, score in results) or '-')
    total = 0
    for thing in THINGS:
        for place in PLACES:
            total += len(index.matching(f'{thing} {place} -painter'))
            total += len(index.matching(f'{thing}|lamps -{place} doctor|driver'))
            total += len(index.phrase(f'collects {thing} at the {place}'))
    print('boolean', total, index.completions('wa'), index.completions('zz'))
    print('suggested', [index.suggestion(word) for word in ('botas', 'wndow', 'farmerr', 'xyzzy', 'cleen')])
    common = Counter(letter for word in index.postings for letter in word if letter.isalpha())
    print(common.most_common(4), common.total())


if __name__ == '__main__':
    main()
