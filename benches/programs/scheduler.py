"""A small operating system: tasks of several kinds exchange packets through queues under a priority scheduler.

In the spirit of the Richards benchmark, but written anew: polymorphic methods, linked queues, flags, exceptions as signals.

usage: scheduler.py [rounds]
"""
# perf: 60
import sys

IDLE, WORKER, HANDLER_A, HANDLER_B, DEVICE_A, DEVICE_B = range(6)


class Blocked(Exception):
    """A task has nothing to do until a packet arrives."""


class Packet:
    def __init__(self, sender, kind, data=0):
        self.sender = sender
        self.kind = kind
        self.data = data
        self.next = None


class Queue:
    def __init__(self):
        self.head = self.tail = None
        self.length = 0

    def put(self, packet):
        packet.next = None
        if self.tail is None:
            self.head = packet
        else:
            self.tail.next = packet
        self.tail = packet
        self.length += 1

    def get(self):
        packet = self.head
        if packet is None:
            raise Blocked
        self.head = packet.next
        if self.head is None:
            self.tail = None
        self.length -= 1
        return packet


class Task:
    def __init__(self, system, ident, priority):
        self.system = system
        self.ident = ident
        self.priority = priority
        self.inbox = Queue()
        self.waiting = False
        self.steps = 0

    def receive(self, packet):
        self.inbox.put(packet)
        self.waiting = False

    def run(self):
        try:
            self.step()
            self.steps += 1
        except Blocked:
            self.waiting = True

    def step(self):
        raise NotImplementedError


class Idle(Task):
    def __init__(self, system, ident, priority, count):
        super().__init__(system, ident, priority)
        self.count = count
        self.state = 1

    def step(self):
        if self.count == 0:
            self.system.halt()
            return
        self.count -= 1
        if self.state & 1:
            self.state = (self.state >> 1) ^ 0xD008
            self.system.send(DEVICE_B, Packet(self, 'tick'))
        else:
            self.state >>= 1
            self.system.send(DEVICE_A, Packet(self, 'tick'))


class Worker(Task):
    target = HANDLER_A

    def step(self):
        packet = self.inbox.get()
        self.target = HANDLER_B if self.target == HANDLER_A else HANDLER_A
        packet.data = (packet.data * 31 + self.ident) % 65521
        packet.sender = self
        self.system.send(self.target, packet)


class Handler(Task):
    def __init__(self, system, ident, priority, device):
        super().__init__(system, ident, priority)
        self.device = device

    def step(self):
        packet = self.inbox.get()
        self.system.total = (self.system.total + packet.data) % 1000003
        if packet.data % 3:
            self.system.send(self.device, packet)
        else:
            self.system.finished += 1


class Device(Task):
    def step(self):
        packet = self.inbox.get()
        packet.data += 1
        self.system.send(WORKER, packet)


class System:
    def __init__(self, count):
        self.total = self.finished = self.switches = 0
        self.running = True
        self.tasks = [
            Idle(self, IDLE, 0, count),
            Worker(self, WORKER, 1000),
            Handler(self, HANDLER_A, 2000, DEVICE_A),
            Handler(self, HANDLER_B, 3000, DEVICE_B),
            Device(self, DEVICE_A, 4000),
            Device(self, DEVICE_B, 5000),
        ]
        self.order = sorted(self.tasks, key=lambda task: -task.priority)

    def send(self, ident, packet):
        self.tasks[ident].receive(packet)

    def halt(self):
        self.running = False

    def schedule(self):
        while self.running:
            for task in self.order:
                if not task.waiting:
                    self.switches += 1
                    task.run()
                    break


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    for _ in range(rounds):
        system = System(2000)
        system.schedule()
    print(system.total, system.finished, system.switches)
    print([task.steps for task in system.tasks])


if __name__ == '__main__':
    main()
