"""Routes through a road map: Dijkstra and A* with a heap, and all pairs by Floyd and Warshall on a small map.

usage: shortest_paths.py [side of the map]
"""
# perf: 400
import heapq
import math
import sys


class Random:
    """A linear congruential generator, the same everywhere."""

    def __init__(self, seed):
        self.state = seed

    def below(self, limit):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % limit


class RoadMap:
    def __init__(self, side, seed=1):
        random = Random(seed)
        self.side = side
        self.places = [(x * 10 + random.below(8), y * 10 + random.below(8)) for y in range(side) for x in range(side)]
        self.roads = {place: [] for place in range(side * side)}
        for y in range(side):
            for x in range(side):
                here = y * side + x
                if x + 1 < side and random.below(10):
                    self.connect(here, here + 1, random)
                if y + 1 < side and random.below(10):
                    self.connect(here, here + side, random)
                if x + 1 < side and y + 1 < side and random.below(4) == 0:
                    self.connect(here, here + side + 1, random)

    def connect(self, a, b, random):
        length = self.distance(a, b) * (1 + random.below(50) / 100)
        self.roads[a].append((b, length))
        self.roads[b].append((a, length))

    def distance(self, a, b):
        (ax, ay), (bx, by) = self.places[a], self.places[b]
        return math.hypot(ax - bx, ay - by)


def dijkstra(roads, start):
    best = {start: 0.0}
    heap = [(0.0, start)]
    done = set()
    while heap:
        length, place = heapq.heappop(heap)
        if place in done:
            continue
        done.add(place)
        for neighbour, road in roads[place]:
            candidate = length + road
            if neighbour not in best or candidate < best[neighbour]:
                best[neighbour] = candidate
                heapq.heappush(heap, (candidate, neighbour))
    return best


def a_star(road_map, start, goal):
    came_from = {}
    cost = {start: 0.0}
    heap = [(road_map.distance(start, goal), start)]
    closed = set()
    while heap:
        _, place = heapq.heappop(heap)
        if place == goal:
            break
        if place in closed:
            continue
        closed.add(place)
        for neighbour, road in road_map.roads[place]:
            candidate = cost[place] + road
            if candidate < cost.get(neighbour, math.inf):
                cost[neighbour] = candidate
                came_from[neighbour] = place
                heapq.heappush(heap, (candidate + road_map.distance(neighbour, goal), neighbour))
    else:
        return None, [], len(closed)
    path = [goal]
    while path[-1] != start:
        path.append(came_from[path[-1]])
    path.reverse()
    return cost[goal], path, len(closed)


def floyd_warshall(roads):
    size = len(roads)
    table = [[math.inf] * size for _ in range(size)]
    for place, neighbours in roads.items():
        table[place][place] = 0.0
        for neighbour, length in neighbours:
            table[place][neighbour] = min(table[place][neighbour], length)
    for middle in range(size):
        through = table[middle]
        for row in table:
            first = row[middle]
            for target in range(size):
                length = first + through[target]
                if length < row[target]:
                    row[target] = length
    return table


def main():
    side = int(sys.argv[1]) if len(sys.argv) > 1 else 150
    road_map = RoadMap(side)
    last = side * side - 1
    lengths = dijkstra(road_map.roads, 0)
    print(f'{len(lengths)} reachable, farthest {max(lengths.values()):.3f}')
    for goal in (last, last - side // 2, side // 2, side * (side // 2)):
        length, path, visited = a_star(road_map, 0, goal)
        if length is None:
            print(f'no way to {goal}, looked at {visited}')
        else:
            print(f'to {goal}: {length:.3f} over {len(path)} places, looked at {visited}')
            assert abs(length - lengths[goal]) < 1e-9
    small = RoadMap(math.isqrt(side), seed=7)
    table = floyd_warshall(small.roads)
    finite = [length for row in table for length in row if length < math.inf]
    print(f'{len(finite)} pairs, mean {sum(finite) / len(finite):.4f}, widest {max(finite):.4f}')
    for start in range(0, len(small.places), 11):
        assert all(abs(table[start][end] - length) < 1e-9 for end, length in dijkstra(small.roads, start).items())


if __name__ == '__main__':
    main()
