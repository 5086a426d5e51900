"""Games: perfect tic-tac-toe by minimax, connect-four by alpha-beta with a transposition table, and Monte Carlo play-outs.

usage: board_games.py [play-outs]
"""
# perf: 80000
import math
import random
import sys
from functools import lru_cache

LINES = [(0, 1, 2), (3, 4, 5), (6, 7, 8), (0, 3, 6), (1, 4, 7), (2, 5, 8), (0, 4, 8), (2, 4, 6)]


def winner(board):
    for a, b, c in LINES:
        if board[a] != '.' and board[a] == board[b] == board[c]:
            return board[a]
    return None


def moves(board):
    return [i for i, cell in enumerate(board) if cell == '.']


def play(board, move, player):
    return board[:move] + player + board[move + 1:]


def opponent(player):
    return 'o' if player == 'x' else 'x'


class Minimax:
    """Without any memory: the whole tree."""

    def __init__(self):
        self.visited = 0

    def value(self, board, player):
        self.visited += 1
        won = winner(board)
        if won:
            return 1 if won == player else -1
        if '.' not in board:
            return 0
        return max(-self.value(play(board, move, player), opponent(player)) for move in moves(board))

    def best(self, board, player):
        return max(moves(board), key=lambda move: (-self.value(play(board, move, player), opponent(player)), -move))


@lru_cache(maxsize=None)
def outcomes(board, player):
    """Wins of x, wins of o and draws over all games from here."""
    won = winner(board)
    if won:
        return (1, 0, 0) if won == 'x' else (0, 1, 0)
    if '.' not in board:
        return 0, 0, 1
    futures = (outcomes(play(board, move, player), opponent(player)) for move in moves(board))
    return tuple(map(sum, zip(*futures)))


class ConnectFour:
    WIDTH, HEIGHT = 6, 5

    def __init__(self):
        self.columns = [[] for _ in range(self.WIDTH)]
        self.history = []

    @property
    def player(self):
        return 'xo'[len(self.history) % 2]

    def legal(self):
        centre = self.WIDTH // 2
        columns = [c for c in range(self.WIDTH) if len(self.columns[c]) < self.HEIGHT]
        return sorted(columns, key=lambda c: abs(c - centre))

    def drop(self, column):
        self.columns[column].append(self.player)
        self.history.append(column)

    def undo(self):
        self.columns[self.history.pop()].pop()

    def at(self, x, y):
        if 0 <= x < self.WIDTH and 0 <= y < len(self.columns[x]):
            return self.columns[x][y]
        return None

    def last_wins(self):
        if not self.history:
            return False
        x = self.history[-1]
        y = len(self.columns[x]) - 1
        piece = self.columns[x][y]
        for dx, dy in ((1, 0), (0, 1), (1, 1), (1, -1)):
            run = 1
            for sign in (1, -1):
                step = sign
                while self.at(x + dx * step, y + dy * step) == piece:
                    run += 1
                    step += sign
            if run >= 4:
                return True
        return False

    def key(self):
        return tuple(map(''.join, self.columns))


class AlphaBeta:
    def __init__(self, game):
        self.game = game
        self.table = {}
        self.nodes = 0

    def score(self, depth, alpha=-math.inf, beta=math.inf):
        self.nodes += 1
        game = self.game
        if game.last_wins():
            return -100 - depth
        if depth == 0 or not game.legal():
            return 0
        key = game.key(), depth
        if key in self.table:
            return self.table[key]
        best = -math.inf
        exact = True
        for column in game.legal():
            game.drop(column)
            best = max(best, -self.score(depth - 1, -beta, -alpha))
            game.undo()
            alpha = max(alpha, best)
            if alpha >= beta:
                exact = False
                break
        if exact:
            self.table[key] = best
        return best

    def choose(self, depth):
        scores = {}
        for column in self.game.legal():
            self.game.drop(column)
            scores[column] = -self.score(depth - 1)
            self.game.undo()
        return max(scores, key=scores.get)


def play_out(rng):
    board, player = '.' * 9, 'x'
    while not (won := winner(board)) and '.' in board:
        board = play(board, rng.choice(moves(board)), player)
        player = opponent(player)
    return won


def main():
    games = int(sys.argv[1]) if len(sys.argv) > 1 else 2400
    search = Minimax()
    board, player = 'x........', 'o'
    while winner(board) is None and '.' in board:
        board = play(board, search.best(board, player), player)
        player = opponent(player)
    print(board[:3], board[3:6], board[6:], search.visited)
    print(outcomes('.' * 9, 'x'), outcomes.cache_info().currsize)
    game = ConnectFour()
    nodes = 0
    for turn in range(min(games // 60, 24)):
        if game.last_wins() or not game.legal():
            break
        search = AlphaBeta(game)
        game.drop(search.choose(7 if turn % 2 else 6))
        nodes += search.nodes
    print(game.history, game.last_wins(), nodes)
    rng = random.Random(5)
    results = [play_out(rng) for _ in range(games)]
    print({sign: results.count(sign) for sign in ('x', 'o', None)})


if __name__ == '__main__':
    main()
