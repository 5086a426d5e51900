"""A pipeline of channels: each stage is a tasklet that reads from one channel and writes to the next.

    skein examples/pipeline.py [LIMIT]

Stages are generators turned inside out: any function that receives and sends is one, at any depth of calls. The first
half finds primes with a chain of filters that grows by a tasklet for each prime; the second lets three workers share jobs
of different lengths, while a stop watch is selected together with their results.
"""

import sys

from stackless import channel, tasklet
from stackless.ext import buffered_channel, select, sleep, spawn


def count(sink):
    number = 2
    while True:
        sink.send(number)
        number += 1


def without_multiples(prime, source, sink):
    for number in source:
        if number % prime:
            sink.send(number)


def primes(limit):
    source = channel()
    tasklet(count)(source)
    while (prime := source.receive()) < limit:
        yield prime
        rest = channel()
        tasklet(without_multiples)(prime, source, rest)
        source = rest


def work(name, jobs, results):
    for job in jobs:
        sleep(job / 1000)
        results.send((name, job))


def share(jobs):
    waiting, results, alarm = buffered_channel(2), channel(), channel()
    for name in 'abc':
        spawn(work, name, waiting, results)

    def hand_out():
        for job in jobs:
            waiting.send(job)
        waiting.close(wake=True)

    def watch():
        sleep(30)
        alarm.send(None)

    spawn(hand_out)
    watching = spawn(watch)
    done = []
    while len(done) < len(jobs):
        case, result = select(results, alarm)
        if case == 1:
            print('too late')
            break
        done.append(result)
    watching.kill()
    return done


def main():
    limit = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    print(*primes(limit))
    done = share([30, 1, 2, 3, 4, 5, 20, 1, 1])
    print(sorted(job for _, job in done), 'by', *sorted({name for name, _ in done}))


if __name__ == '__main__':
    main()
