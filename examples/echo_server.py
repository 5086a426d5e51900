"""An echo server over plain sockets, with one tasklet for each connection.

    skein examples/echo_server.py PORT      serve until interrupted; try it with: nc localhost PORT
    skein examples/echo_server.py           serve three hundred clients, which are tasklets, too, and end

Reading, writing and accepting block only the tasklet that does it: there is no event loop and no callback in this program.
"""

import socket
import sys

from stackless.ext import buffered_channel, spawn


def echo(connection):
    with connection:
        while data := connection.recv(4096):
            connection.sendall(data)


def serve(listener):
    while True:
        connection, _ = listener.accept()
        spawn(echo, connection)


def client(address, number, answers):
    with socket.create_connection(address) as connection:
        for word in ('hello', f'number {number}', 'bye'):
            connection.sendall(word.encode())
            answers.send(connection.recv(4096).decode())


def main():
    if len(sys.argv) > 1:
        return serve(socket.create_server(('', int(sys.argv[1]))))
    listener = socket.create_server(('localhost', 0), backlog=300)
    server = spawn(serve, listener)
    answers = buffered_channel()
    clients = [spawn(client, listener.getsockname(), number, answers) for number in range(300)]
    for each in clients:
        each.join()
    server.kill()
    answers.close()
    words = list(answers)
    print(len(words), 'answers')
    print(words.count('hello'), 'greetings,', len(set(words)) - 2, 'different numbers')


if __name__ == '__main__':
    main()
