"""Graphs: union-find, spanning trees by Kruskal and Prim, components, topological order, bridges, maximum flow.

usage: spanning_trees.py [vertices]
"""
# perf: 40000
import heapq
import random
import sys
from collections import defaultdict, deque


class DisjointSets:
    def __init__(self, items):
        self.parent = {item: item for item in items}
        self.size = dict.fromkeys(self.parent, 1)
        self.count = len(self.parent)

    def find(self, item):
        root = item
        while self.parent[root] != root:
            root = self.parent[root]
        while self.parent[item] != root:
            self.parent[item], item = root, self.parent[item]
        return root

    def union(self, a, b):
        a, b = self.find(a), self.find(b)
        if a == b:
            return False
        if self.size[a] < self.size[b]:
            a, b = b, a
        self.parent[b] = a
        self.size[a] += self.size[b]
        self.count -= 1
        return True


class Graph:
    def __init__(self, vertices):
        self.vertices = list(vertices)
        self.edges = []
        self.neighbours = defaultdict(dict)

    def add(self, a, b, weight):
        if a != b and b not in self.neighbours[a]:
            self.edges.append((weight, a, b))
            self.neighbours[a][b] = self.neighbours[b][a] = weight

    @classmethod
    def random(cls, size, rng):
        graph = cls(f'v{i:05}' for i in range(size))
        for i in range(1, size):
            if rng.random() < 0.98:
                graph.add(graph.vertices[i], graph.vertices[rng.randrange(max(0, i - 40), i)], rng.randint(1, 1000))
        for _ in range(size):
            graph.add(rng.choice(graph.vertices), rng.choice(graph.vertices), rng.randint(1, 1000))
        return graph


def kruskal(graph):
    sets = DisjointSets(graph.vertices)
    tree = [edge for edge in sorted(graph.edges) if sets.union(edge[1], edge[2])]
    return sum(weight for weight, _, _ in tree), len(tree), sets.count


def prim(graph):
    unseen = dict.fromkeys(graph.vertices)
    total = 0
    while unseen:
        start, _ = unseen.popitem()
        heap = [(weight, other) for other, weight in graph.neighbours[start].items()]
        heapq.heapify(heap)
        while heap:
            weight, vertex = heapq.heappop(heap)
            if vertex in unseen:
                del unseen[vertex]
                total += weight
                for other, weight in graph.neighbours[vertex].items():
                    if other in unseen:
                        heapq.heappush(heap, (weight, other))
    return total


def bridges(graph):
    """Edges whose removal splits a component; depth-first search with its own stack."""
    order, low, found = {}, {}, []
    for start in graph.vertices:
        if start in order:
            continue
        order[start] = low[start] = len(order)
        stack = [(start, None, iter(graph.neighbours[start]))]
        while stack:
            vertex, parent, others = stack[-1]
            for other in others:
                if other == parent:
                    continue
                if other in order:
                    low[vertex] = min(low[vertex], order[other])
                else:
                    order[other] = low[other] = len(order)
                    stack.append((other, vertex, iter(graph.neighbours[other])))
                    break
            else:
                stack.pop()
                if parent is not None:
                    low[parent] = min(low[parent], low[vertex])
                    if low[vertex] > order[parent]:
                        found.append((parent, vertex))
    return found


def topological_order(graph):
    """Edges go from the lighter name to the heavier one; the smallest free vertex comes first."""
    incoming = {vertex: 0 for vertex in graph.vertices}
    following = defaultdict(list)
    for weight, a, b in graph.edges:
        a, b = (a, b) if (weight, a) < (500, b) else (b, a)
        if a < b:
            following[a].append(b)
            incoming[b] += 1
    ready = [vertex for vertex, count in incoming.items() if count == 0]
    heapq.heapify(ready)
    order = []
    while ready:
        vertex = heapq.heappop(ready)
        order.append(vertex)
        for other in following[vertex]:
            incoming[other] -= 1
            if incoming[other] == 0:
                heapq.heappush(ready, other)
    return order


def maximum_flow(graph, source, sink):
    """Edmonds and Karp on residual capacities."""
    residual = {vertex: dict(others) for vertex, others in graph.neighbours.items()}
    flow = paths = 0
    while True:
        came_from = {source: None}
        queue = deque([source])
        while queue and sink not in came_from:
            vertex = queue.popleft()
            for other, room in residual[vertex].items():
                if room > 0 and other not in came_from:
                    came_from[other] = vertex
                    queue.append(other)
        if sink not in came_from:
            return flow, paths
        path, vertex = [], sink
        while came_from[vertex] is not None:
            path.append((came_from[vertex], vertex))
            vertex = came_from[vertex]
        amount = min(residual[a][b] for a, b in path)
        for a, b in path:
            residual[a][b] -= amount
            residual[b][a] += amount
        flow += amount
        paths += 1


def main():
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 6000
    rng = random.Random(12)
    graph = Graph.random(size, rng)
    weight, edges, components = kruskal(graph)
    print('kruskal', len(graph.edges), weight, edges, components)
    print('prim', prim(graph) == weight)
    found = bridges(graph)
    print('bridges', len(found), sorted(found)[:3])
    order = topological_order(graph)
    print('order', len(order), order[:3], sum(i * int(name[1:]) for i, name in enumerate(order)) % 10**6)
    degrees = defaultdict(list)
    for vertex in graph.vertices:
        degrees[len(graph.neighbours[vertex])].append(vertex)
    hub, other = (degrees[max(degrees)] + degrees[max(degrees) - 1])[:2]
    print('flow', hub, other, maximum_flow(graph, hub, other))


if __name__ == '__main__':
    main()
