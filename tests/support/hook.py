"""A receiver of webhooks: a real HTTP server on a port of the kernel's choice.

    with Receiver() as receiver:
        config["receivers"] = [receiver.config("ops", slad.path("ops.secret"))]
        receiver.wait(1)[0].event["type"] == "slad.alert.fired"
"""
import base64
import hashlib
import hmac
import http.server
import json
import os
import threading
import time

from slad import PATIENCE

KEY = bytes(range(32))
SECRET = "whsec_" + base64.b64encode(KEY).decode()


class Message:
    """One POST as it came."""

    def __init__(self, path, headers, body):
        self.path, self.headers, self.body = path, headers, body
        self.received = time.time()

    @property
    def id(self):
        return self.headers["webhook-id"]

    @property
    def event(self):
        return json.loads(self.body)

    @property
    def data(self):
        return self.event["data"]

    @property
    def move(self):
        """"fired", "changed" or "resolved"."""
        return self.event["type"].rpartition(".")[2]

    def signed(self, key=KEY):
        """Whether one of its signatures is that of Standard Webhooks."""
        text = b".".join([self.id.encode(), self.headers["webhook-timestamp"].encode(), self.body])
        wanted = "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
        return any(hmac.compare_digest(wanted, given)
                   for given in self.headers["webhook-signature"].split())


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """A slad that was killed is no news."""


class Receiver:
    """Answers every POST with `status`; keeps what it answered 2xx, and counts all. Before open()
    its port refuses connections."""

    def __init__(self, status=200, opened=True):
        self.status, self.headers = status, {}
        self.messages, self.attempts = [], []
        self.answering = threading.Event()  # cleared: it reads, and lets the sender wait
        self.answering.set()
        self.heard = threading.Condition()
        self.server = Server(("127.0.0.1", 0), self._handler(), bind_and_activate=False)
        self.server.server_bind()
        self.thread = None
        if opened:
            self.open()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def open(self):
        self.server.server_activate()
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def close(self):
        if self.thread is not None:
            self.server.shutdown()
            self.thread.join()
        self.server.server_close()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}/hook"

    def config(self, name, secret_file=None):
        """An entry of `receivers`."""
        webhook = {"url": self.url}
        if secret_file is not None:
            with open(secret_file, "w", encoding="ascii") as out:
                os.chmod(secret_file, 0o600)
                out.write(SECRET + "\n")
            webhook["secret_file"] = secret_file
        return {"name": name, "webhook": webhook}

    def wait(self, count, patience=PATIENCE):
        """The messages, once there are so many (or more)."""
        with self.heard:
            if not self.heard.wait_for(lambda: len(self.messages) >= count, patience):
                raise AssertionError(f"{len(self.messages)} of {count} messages came: {self.moves()}")
            return list(self.messages)

    def wait_attempts(self, count, patience=PATIENCE):
        with self.heard:
            if not self.heard.wait_for(lambda: len(self.attempts) >= count, patience):
                raise AssertionError(f"{len(self.attempts)} of {count} attempts came")
            return list(self.attempts)

    def moves(self):
        return [message.move for message in self.messages]

    def _handler(self):
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                message = Message(self.path, self.headers, body)
                with receiver.heard:
                    receiver.attempts.append(message)
                    receiver.heard.notify_all()
                receiver.answering.wait(PATIENCE)
                with receiver.heard:
                    status = receiver.status
                    if 200 <= status < 300:
                        receiver.messages.append(message)
                    receiver.heard.notify_all()
                self.send_response(status)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments):
                pass

        return Handler
