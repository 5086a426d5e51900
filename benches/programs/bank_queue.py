"""Discrete event simulation: customers arrive at a bank, queue at counters, lose patience, or come back.

usage: bank_queue.py [days]
"""
# perf: 400
import heapq
import random
import statistics
import sys
from collections import defaultdict, deque


class Event:
    __slots__ = ('time', 'number', 'action', 'args', 'cancelled')

    def __init__(self, time, number, action, args):
        self.time = time
        self.number = number
        self.action = action
        self.args = args
        self.cancelled = False

    def __lt__(self, other):
        return (self.time, self.number) < (other.time, other.number)


class Simulation:
    def __init__(self, seed):
        self.now = 0.0
        self.events = []
        self.handled = 0
        self.random = random.Random(seed)

    def after(self, delay, action, *args):
        self.handled += 1
        event = Event(self.now + delay, self.handled, action, args)
        heapq.heappush(self.events, event)
        return event

    def run(self, until):
        while self.events and self.events[0].time <= until:
            event = heapq.heappop(self.events)
            if not event.cancelled:
                self.now = event.time
                event.action(*event.args)
        self.now = until


class Customer:
    patience = 12.0
    kind = 'private'

    def __init__(self, name, arrived):
        self.name = name
        self.arrived = arrived
        self.leaving = None
        self.visits = 0

    def service_time(self, rng):
        return rng.uniform(1.0, 4.0)

    def __repr__(self):
        return f'<{self.kind} {self.name}>'


class BusinessCustomer(Customer):
    patience = 25.0
    kind = 'business'

    def service_time(self, rng):
        return 2 * super().service_time(rng) + rng.expovariate(1.0)


class Counter:
    def __init__(self, bank, name, skills):
        self.bank = bank
        self.name = name
        self.skills = frozenset(skills)
        self.serving = None
        self.busy = 0.0

    def start(self, customer):
        self.serving = customer
        duration = customer.service_time(self.bank.sim.random)
        self.busy += duration
        self.bank.sim.after(duration, self.finish)

    def finish(self):
        customer, self.serving = self.serving, None
        self.bank.served(customer, self)
        for kind in sorted(self.skills):
            queue = self.bank.queues[kind]
            while queue:
                waiting = queue.popleft()
                if waiting.leaving is not None:
                    waiting.leaving.cancelled = True
                    waiting.leaving = None
                    self.bank.waits[kind].append(self.bank.sim.now - waiting.arrived)
                    self.start(waiting)
                    return


class Bank:
    def __init__(self, sim):
        self.sim = sim
        self.counters = [
            Counter(self, 'A', ['private']),
            Counter(self, 'B', ['private']),
            Counter(self, 'C', ['private', 'business']),
            Counter(self, 'D', ['business']),
        ]
        self.queues = defaultdict(deque)
        self.waits = defaultdict(list)
        self.done = defaultdict(int)
        self.lost = 0
        self.arrivals = 0

    def arrive(self, customer=None):
        if customer is None:
            self.arrivals += 1
            make = BusinessCustomer if self.sim.random.random() < 0.3 else Customer
            customer = make(self.arrivals, self.sim.now)
            self.sim.after(self.sim.random.expovariate(1 / 0.95), self.arrive)
        customer.arrived = self.sim.now
        customer.visits += 1
        for counter in self.counters:
            if counter.serving is None and customer.kind in counter.skills:
                self.waits[customer.kind].append(0.0)
                counter.start(customer)
                return
        self.queues[customer.kind].append(customer)
        customer.leaving = self.sim.after(customer.patience, self.give_up, customer)

    def give_up(self, customer):
        customer.leaving = None
        self.lost += 1
        if customer.visits < 3:
            self.sim.after(30 + 30 * self.sim.random.random(), self.arrive, customer)

    def served(self, customer, counter):
        self.done[customer.kind, counter.name] += 1


def main():
    days = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    totals = defaultdict(int)
    waits = defaultdict(list)
    busy = defaultdict(float)
    events = lost = 0
    for day in range(days):
        sim = Simulation(seed=1000 + day)
        bank = Bank(sim)
        sim.after(0.0, bank.arrive)
        sim.run(until=8 * 60.0 * 3)
        for key, count in bank.done.items():
            totals[key] += count
        for kind, times in bank.waits.items():
            waits[kind] += times
        for counter in bank.counters:
            busy[counter.name] += counter.busy
        events += sim.handled
        lost += bank.lost
    print(f'{events} events, {lost} lost')
    for (kind, name), count in sorted(totals.items()):
        print(f'{kind:>10} at {name}: {count}')
    for kind, times in sorted(waits.items()):
        print(f'{kind:>10} waits {statistics.fmean(times):.4f} min, median {statistics.median(times):.4f}')
    print({name: round(minutes, 3) for name, minutes in sorted(busy.items())})


if __name__ == '__main__':
    main()
