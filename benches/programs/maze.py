"""Mazes: dug by a depth-first walk, solved with a queue, filled with labels, and printed as text.

usage: maze.py [side]
"""
# perf: 700
import random
import sys
from collections import deque

WALL, FREE = '#', ' '
DIRECTIONS = [(0, 1), (1, 0), (0, -1), (-1, 0)]


def dig(width, height, rng):
    """A maze of width x height cells, every cell reachable; walls are cells of the grid too."""
    grid = [[WALL] * (2 * width + 1) for _ in range(2 * height + 1)]
    stack = [(0, 0)]
    grid[1][1] = FREE
    while stack:
        x, y = stack[-1]
        choices = []
        for dx, dy in DIRECTIONS:
            nx, ny = x + dx, y + dy
            if 0 <= nx < width and 0 <= ny < height and grid[2 * ny + 1][2 * nx + 1] == WALL:
                choices.append((dx, dy))
        if not choices:
            stack.pop()
            continue
        dx, dy = rng.choice(choices)
        grid[2 * y + 1 + dy][2 * x + 1 + dx] = FREE
        grid[2 * (y + dy) + 1][2 * (x + dx) + 1] = FREE
        stack.append((x + dx, y + dy))
    return grid


def open_walls(grid, count, rng):
    """Breaks some inner walls, so that there are several ways."""
    height, width = len(grid), len(grid[0])
    while count:
        x, y = rng.randrange(1, width - 1), rng.randrange(1, height - 1)
        if grid[y][x] == WALL and (x + y) % 2:
            grid[y][x] = FREE
            count -= 1


def neighbours(grid, place):
    x, y = place
    for dx, dy in DIRECTIONS:
        if grid[y + dy][x + dx] != WALL:
            yield x + dx, y + dy


def solve(grid, start, goal):
    came_from = {start: None}
    queue = deque([start])
    while queue:
        place = queue.popleft()
        if place == goal:
            break
        for step in neighbours(grid, place):
            if step not in came_from:
                came_from[step] = place
                queue.append(step)
    path = []
    place = goal
    while place is not None:
        path.append(place)
        place = came_from[place]
    path.reverse()
    return path, len(came_from)


def distances(grid, start):
    """The same search with a grid of numbers instead of a dict."""
    table = [[-1] * len(row) for row in grid]
    table[start[1]][start[0]] = 0
    frontier = [start]
    distance = 0
    while frontier:
        distance += 1
        following = []
        for x, y in frontier:
            for dx, dy in DIRECTIONS:
                nx, ny = x + dx, y + dy
                if grid[ny][nx] != WALL and table[ny][nx] < 0:
                    table[ny][nx] = distance
                    following.append((nx, ny))
        frontier = following
    return table, distance - 1


def dead_ends(grid):
    return sum(
        1
        for y, row in enumerate(grid)
        for x, cell in enumerate(row)
        if cell == FREE and sum(1 for _ in neighbours(grid, (x, y))) == 1
    )


def show(grid, path):
    marked = set(path)
    return '\n'.join(
        ''.join('.' if (x, y) in marked else cell for x, cell in enumerate(row)) for y, row in enumerate(grid)
    )


def main():
    side = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    rng = random.Random(20)
    small = dig(8, 4, rng)
    path, _ = solve(small, (1, 1), (15, 7))
    print(show(small, path))
    grid = dig(side, side, rng)
    print('dead ends', dead_ends(grid))
    goal = (2 * side - 1, 2 * side - 1)
    for broken in (0, side, 4 * side):
        open_walls(grid, broken, rng)
        path, seen = solve(grid, (1, 1), goal)
        table, farthest = distances(grid, (1, 1))
        assert table[goal[1]][goal[0]] == len(path) - 1
        print(f'{broken} walls broken: {len(path)} steps, {seen} places seen, farthest {farthest}')
    picture = show(grid, path)
    print(picture.count('.'), picture.count(WALL), len(picture))


if __name__ == '__main__':
    main()
