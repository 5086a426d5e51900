"""A workflow that is stopped, pickled, moved to a second process and continued there, at the line where it was.

    skein examples/workflow.py

`order` is plain Python with loops, calls and `try`: it does not know that the world around it may end at each `ask`. This
process runs it up to its first question and stores it; each answer is given in a new process, which goes on and stores
it again, until it ends. Between two answers nothing of it runs anywhere: it could as well be in a database for a year.
"""

import os
import pickle
import subprocess
import sys
import tempfile

from stackless import getcurrent, run, schedule_remove, tasklet


def ask(question):
    """Stop until somebody answers."""
    return schedule_remove(question)


def confirm(item, amount):
    while True:
        answer = ask(f'{amount} {item}: is that right?')
        if answer in ('yes', 'no'):
            return answer == 'yes'


def order(items):
    bought = []
    try:
        for number, item in enumerate(items, 1):
            amount = int(ask(f'item {number} of {len(items)}: how many {item}?'))
            if confirm(item, amount):
                bought.append((item, amount))
    finally:
        print('bought:', *(f'{amount} {item}' for item, amount in bought))


def advance(workflow, answer=None):
    """Let the workflow run to its next question."""
    if answer is not None:
        workflow.tempval = answer
    workflow.insert()
    run()
    if workflow.alive:
        print('asks:', workflow.tempval)
    return workflow


def store(workflow, path):
    with open(path, 'wb') as file:
        pickle.dump(workflow if workflow.alive else None, file)


def go_on(path, answer):
    with open(path, 'rb') as file:
        workflow = pickle.load(file)
    print('answer:', answer)
    store(advance(workflow, answer), path)


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'workflow.pickle')
        store(advance(tasklet().bind(order, (['apples', 'pears'],))), path)
        for answer in ('3', 'perhaps', 'yes', '5', 'yes'):
            sys.stdout.flush()
            subprocess.run([sys.executable, __file__, path, answer], check=True)


if __name__ == '__main__':
    if len(sys.argv) > 1:
        go_on(*sys.argv[1:])
    else:
        main()
