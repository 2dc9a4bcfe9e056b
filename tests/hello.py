"""The shortest experiment with an answer, for the tests of runs and labs."""


def hello(lab):
    server, client = lab.hosts("server", "client")
    listener = server.listen(80)
    with client.connect(server, 80) as connection:
        accepted = listener.accept()
        connection.send(b"hello")
        accepted.send(accepted.receive().upper())
        return connection.receive()
