"""A sports season: matches as named tuples, results under tuple keys, tables merged from dicts, rivalries as sets.

usage: season_statistics.py [seasons]
"""
# perf: 850
import sys
from collections import Counter, defaultdict
from itertools import combinations, permutations
from typing import NamedTuple

CITIES = 'Aarhus Bergen Coimbra Dijon Evora Fulda Gdansk Halden Imola Jena Kosice Lugano'.split()


class Match(NamedTuple):
    season: int
    home: str
    away: str
    goals: tuple[int, int]
    visitors: int = 0

    @property
    def winner(self):
        ours, theirs = self.goals
        return None if ours == theirs else self.home if ours > theirs else self.away

    def points(self):
        winner = self.winner
        if winner is None:
            return {self.home: 1, self.away: 1}
        return {winner: 3}


class Line(NamedTuple):
    points: int
    difference: int
    scored: int
    team: str


class Dice:
    """Numbers that are the same everywhere."""

    def __init__(self, seed):
        self.state = seed

    def roll(self, sides):
        self.state = (self.state * 1103515245 + 12345) % 2147483648
        return (self.state >> 8) % sides


def play_season(number, dice):
    matches = []
    for home, away in permutations(CITIES, 2):
        strength = {home: len(home) + 1, away: len(away)}
        goals = tuple(max(0, dice.roll(strength[team]) - 2) for team in (home, away))
        match = Match(number, home, away, goals)
        if dice.roll(10):
            match = match._replace(visitors=500 + dice.roll(9000))
        matches.append(match)
    return matches


def merge(totals, new):
    return totals | {team: totals.get(team, 0) + n for team, n in new.items()}


def table(matches):
    points, scored, taken = {}, Counter(), Counter()
    for match in matches:
        points = merge(points, match.points())
        ours, theirs = match.goals
        scored[match.home] += ours
        scored[match.away] += theirs
        taken[match.home] += theirs
        taken[match.away] += ours
    lines = [Line(points.get(team, 0), scored[team] - taken[team], scored[team], team) for team in CITIES]
    return sorted(lines, key=lambda line: (-line.points, -line.difference, -line.scored, line.team))


def rivalries(matches):
    """Pairs that beat each other once, and what such pairs have in common."""
    won = {(match.winner, match.away if match.winner == match.home else match.home) for match in matches if match.winner}
    pairs = {frozenset(pair) for pair in won if pair[::-1] in won}
    friends = defaultdict(set)
    for pair in pairs:
        first, second = sorted(pair)
        friends[first].add(second)
        friends[second].add(first)
    return {
        (a, b): sorted(friends[a] & friends[b])
        for a, b in combinations(sorted(friends), 2)
        if len(friends[a] & friends[b]) > len(friends[a] ^ friends[b])
    }


def main():
    seasons = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    dice = Dice(42)
    titles, results, crowds = Counter(), {}, defaultdict(list)
    shared = {}
    for season in range(1, seasons + 1):
        matches = play_season(season, dice)
        standing = table(matches)
        titles[standing[0].team] += 1
        results |= {(m.season, m.home, m.away): m.goals for m in matches}
        for season_number, home, _, _, visitors in matches:
            crowds[home, season_number // 10].append(visitors)
        shared = {**shared, **rivalries(matches)}
    print('last table:')
    for place, (points, difference, scored, team) in enumerate(standing[:4], 1):
        print(f'{place:3} {team:<10} {points:3} {difference:+4} {scored:4}')
    print('titles:', ', '.join(f'{team} {n}' for team, n in sorted(titles.items(), key=lambda item: (-item[1], item[0]))[:5]))
    draws = sum(ours == theirs for ours, theirs in results.values())
    print(f'{len(results)} results, {draws} draws')
    highest = max(results.items(), key=lambda item: (sum(item[1]), item[0]))
    print('most goals:', *highest[0], highest[1])
    best = max(crowds, key=lambda key: (sum(crowds[key]) / len(crowds[key]), key))
    print('best crowds:', best[0], f'in decade {best[1]}', round(sum(crowds[best]) / len(crowds[best])))
    print(f'{len(shared)} pairs share rivals;', 'most:', max((len(v), k) for k, v in shared.items()) if shared else None)


main()
