"""A server of HTTP that a test tells what to answer: a chat's robot, a gateway of short messages.

    with Robot((200, {"errcode": 130101}), (200, {"errcode": 0})) as robot:
        robot.wait(2)[1].json()["text"]
"""
import http.server
import json
import threading
import urllib.parse

from hook import Server
from slad import PATIENCE


class Request:
    """One request as it came."""

    def __init__(self, method, path, headers, body):
        self.method, self.path, self.headers, self.body = method, path, headers, body

    def json(self):
        return json.loads(self.body)

    @property
    def query(self):
        return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query, strict_parsing=True))


class Robot:
    """Gives its answers in turn, (status, body) or (status, body, headers); the last one for ever. A
    body that is no text is written as JSON."""

    def __init__(self, *answers, context=None):
        self.answers, self.requests = list(answers), []
        self.heard = threading.Condition()
        self.server = Server(("127.0.0.1", 0), self._handler())
        self.scheme = "http"
        if context is not None:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
            self.scheme = "https"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.server.server_address[1]}/robot"

    def wait(self, count, patience=PATIENCE):
        """The requests, once there are so many (or more)."""
        with self.heard:
            if not self.heard.wait_for(lambda: len(self.requests) >= count, patience):
                raise AssertionError(f"{len(self.requests)} of {count} requests came")
            return list(self.requests)

    def _take(self, request):
        with self.heard:
            self.requests.append(request)
            self.heard.notify_all()
            return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def _handler(self):
        robot = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, text, *more = robot._take(Request(self.command, self.path, self.headers, body))
                raw = (text if isinstance(text, str) else json.dumps(text)).encode()
                self.send_response(status)
                for name, value in (more[0] if more else {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            do_GET = do_POST = do_PUT = handle_any

            def log_message(self, *arguments):
                pass

        return Handler
