"""Dynamic programming: edit distance, longest common subsequence, knapsack, coins, matrix chains, longest rising run.

usage: dynamic_programming.py [length]
"""
# perf: 2000
import sys
from bisect import bisect_left


def random_numbers(seed, count, limit):
    numbers = []
    for _ in range(count):
        seed = (seed * 16807) % 2147483647
        numbers.append(seed % limit)
    return numbers


def random_text(seed, length):
    return ''.join('acgt'[n] for n in random_numbers(seed, length, 4))


def edit_distance(a, b):
    previous = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        current = [i]
        for j, y in enumerate(b, 1):
            cost = 0 if x == y else 1
            current.append(min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + cost))
        previous = current
    return previous[-1]


def common_subsequence(a, b):
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a) - 1, -1, -1):
        for j in range(len(b) - 1, -1, -1):
            if a[i] == b[j]:
                table[i][j] = table[i + 1][j + 1] + 1
            else:
                table[i][j] = max(table[i + 1][j], table[i][j + 1])
    i = j = 0
    out = []
    while i < len(a) and j < len(b):
        if a[i] == b[j]:
            out.append(a[i])
            i += 1
            j += 1
        elif table[i + 1][j] >= table[i][j + 1]:
            i += 1
        else:
            j += 1
    return ''.join(out)


def knapsack(items, capacity):
    best = [0] * (capacity + 1)
    chosen = [[False] * (capacity + 1) for _ in items]
    for index, (weight, value) in enumerate(items):
        for room in range(capacity, weight - 1, -1):
            candidate = best[room - weight] + value
            if candidate > best[room]:
                best[room] = candidate
                chosen[index][room] = True
    taken, room = [], capacity
    for index in reversed(range(len(items))):
        if chosen[index][room]:
            taken.append(index)
            room -= items[index][0]
    return best[capacity], sorted(taken)


def ways_to_change(amount, coins):
    ways = [1] + [0] * amount
    for coin in coins:
        for total in range(coin, amount + 1):
            ways[total] += ways[total - coin]
    return ways[amount]


def matrix_chain(sizes):
    count = len(sizes) - 1
    cost = {(i, i): 0 for i in range(count)}
    split = {}
    for span in range(1, count):
        for i in range(count - span):
            j = i + span
            options = (
                (cost[i, k] + cost[k + 1, j] + sizes[i] * sizes[k + 1] * sizes[j + 1], k) for k in range(i, j)
            )
            cost[i, j], split[i, j] = min(options)

    def brackets(i, j):
        if i == j:
            return chr(ord('A') + i % 26)
        return '(' + brackets(i, split[i, j]) + brackets(split[i, j] + 1, j) + ')'

    return cost[0, count - 1], brackets(0, count - 1)


def longest_rising(numbers):
    tails = []
    for n in numbers:
        place = bisect_left(tails, n)
        if place == len(tails):
            tails.append(n)
        else:
            tails[place] = n
    return len(tails)


def main():
    length = int(sys.argv[1]) if len(sys.argv) > 1 else 700
    a, b = random_text(11, length), random_text(77, length + 20)
    print('edit distance', edit_distance(a, b), edit_distance(a, a[3:] + a[:3]))
    common = common_subsequence(a, b)
    print('common', len(common), common[:30])
    weights, values = random_numbers(5, length // 4, 60), random_numbers(6, length // 4, 100)
    value, taken = knapsack([(w + 1, v) for w, v in zip(weights, values)], 5 * length)
    print('knapsack', value, len(taken), taken[:8])
    print('change', ways_to_change(20 * length, [1, 2, 5, 10, 20, 50, 100, 200]) % 10**9)
    cost, order = matrix_chain([10 + n for n in random_numbers(9, length // 10, 90)])
    print('matrices', cost, order)
    print('rising', longest_rising(random_numbers(13, 30 * length, 10**6)))


if __name__ == '__main__':
    main()
