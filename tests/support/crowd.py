#!/usr/bin/python3
"""A crowd of bad clients, in a process of its own, lest it slows down those who measure.

    with Crowd(slad.port, idle=10_000, slow=1_000, deaf=0) as crowd:
        ...
    crowd.seen  # {"idle": {"closed": 12}, "slow": {"408": 33, "closed": 33}, ...}

idle: connect and say nothing. slow: send a body of events, a byte each second. deaf: ask for much,
and read nothing. Whoever is let go comes again.
"""
import collections
import json
import os
import selectors
import socket
import subprocess
import sys
import time

DRIP = 1.0  # seconds between two bytes of a slow one
ASKED = 200  # answers that a deaf one does not read
SLOW = b"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 10000\r\n\r\n"
DEAF = b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * ASKED
PATIENCE = 120  # seconds for all to be there


class Crowd:
    """The process; all are connected once it is made."""

    def __init__(self, port, idle=0, slow=0, deaf=0):
        self.process = subprocess.Popen([sys.executable, __file__, str(port), str(idle), str(slow), str(deaf)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self.process.stdout.readline() != "there\n":
            self.process.kill()
            self.process.wait()
            raise AssertionError("the crowd does not come together")
        self.seen = None

    def close(self):
        if self.seen is None:
            self.seen = json.loads(self.process.communicate("")[0])

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()


class Client:
    __slots__ = ("kind", "number", "socket", "sent")

    def __init__(self, kind, number):
        self.kind, self.number, self.socket, self.sent = kind, number, None, 0


class Loop:
    def __init__(self, port, counts):
        self.port, self.selector = port, selectors.DefaultSelector()
        self.seen = collections.defaultdict(collections.Counter)
        self.clients = [Client(kind, i) for kind, count in counts.items() for i in range(count)]
        self.dripping = [c for c in self.clients if c.kind != "idle"]
        self.absent = collections.deque(self.clients)

    def connect(self, client):
        """False: not now."""
        s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            if client.kind == "deaf":
                s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            s.bind((f"127.0.0.{2 + client.number % 200}", 0))
            s.connect(("127.0.0.1", self.port))
        except OSError:
            s.close()
            return False
        s.setblocking(False)
        client.socket, client.sent = s, 0
        if client.kind != "deaf":
            self.selector.register(s, selectors.EVENT_READ, client)
        if client.kind != "idle":
            self.say(client, SLOW if client.kind == "slow" else DEAF)
        return True

    def say(self, client, text):
        try:
            client.sent += client.socket.send(text)
        except BlockingIOError:
            pass
        except OSError:
            self.leave(client)

    def leave(self, client):
        self.seen[client.kind]["closed"] += 1
        if client.kind != "deaf":
            self.selector.unregister(client.socket)
        client.socket.close()
        client.socket = None
        self.absent.append(client)

    def event(self, client):
        try:
            got = client.socket.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            got = b""
        if got.startswith(b"HTTP/1.1 "):
            self.seen[client.kind][got[9:12].decode()] += 1
        elif not got:
            self.leave(client)

    def drip(self, part, parts):
        for client in self.dripping[part::parts]:
            if client.socket is not None:
                self.say(client, b" " if client.kind == "slow" else DEAF[client.sent % len(DEAF):])

    def run(self):
        parts, part, due, there = 200, 0, time.monotonic(), False
        end = due + PATIENCE
        self.selector.register(sys.stdin, selectors.EVENT_READ, None)
        while True:
            for _ in range(min(200, len(self.absent))):
                client = self.absent.popleft()
                if not self.connect(client):
                    self.absent.append(client)
                    break
            if not there and (not self.absent or time.monotonic() > end):
                there = True
                print("there" if not self.absent else "not there", flush=True)
            for key, _ in self.selector.select(max(0.001, due - time.monotonic())):
                if key.data is None:
                    return
                if key.data.socket is not None:
                    self.event(key.data)
            while due <= time.monotonic():
                self.drip(part, parts)
                part, due = (part + 1) % parts, due + DRIP / parts


def main():
    os.nice(20)  # nobody's time is measured here
    port, idle, slow, deaf = (int(a) for a in sys.argv[1:])
    loop = Loop(port, {"deaf": deaf, "slow": slow, "idle": idle})
    loop.run()
    print(json.dumps(loop.seen))


if __name__ == "__main__":
    main()
