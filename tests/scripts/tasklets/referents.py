"""Asking what a suspended tasklet refers to leaves the stack below its top frame to the next collection."""
import gc

import stackless


def descend(depth):
    total = 0
    for n in map(int, (f'{depth}{n}' for n in range(3))):
        if depth:
            total += descend(depth - 1)
        elif n:
            stackless.schedule_remove()
        total += n
    return total


class Result:
    def set(self, depth):
        self.value = descend(depth)


gc.collect()
result = Result()
tasklet = stackless.tasklet(result.set)(5)
tasklet.run()
rounds = 0
while tasklet.alive:
    rounds += 1
    gc.get_referents(tasklet)
    # The young iterators of all frames must survive a minor collection.
    gc.collect(0)
    others = [[object() for _ in range(100)] for _ in range(20)]
    tasklet.insert()
    stackless.run()
print(rounds, result.value, descend.__name__)
