#!/usr/bin/python3
"""conf/nginx/slad.conf with a real nginx before a real slad: what passes, and what nginx says itself."""
import contextlib
import gzip
import http.client
import json
import os
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from desk import Desk, until  # noqa: E402
from hook import Receiver  # noqa: E402
from slad import ARRAY, PATIENCE, TOP, Answer, Slad, main  # noqa: E402

CONFIG = {"agreements": [{"id": "acme", "from": "2020-01-01"}]}
TOKEN = "abc"  # SHA-256: FIPS 180-4, appendix
DIGEST = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
TOKENS = [{"name": "desk", "sha256": DIGEST, "scopes": ["ingest", "read"]}]
BEARER = {"Authorization": f"Bearer {TOKEN}", "Content-Type": ARRAY}
MOST = 16 << 20
NGINX = shutil.which("nginx", path=os.pathsep.join(
    [os.environ["PATH"], "/usr/sbin", os.path.join(TOP, "build/tools/usr/sbin")]))
USER = {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": []}

MAIN = """
daemon off;
pid {0}/nginx.pid;
error_log {0}/error.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {0}/body;
    proxy_temp_path {0}/proxy;
    fastcgi_temp_path {0}/other;
    uwsgi_temp_path {0}/other;
    scgi_temp_path {0}/other;
    include {0}/slad.conf;
}}
"""


class Nginx:
    """The example as it is shipped, but for addresses, certificate and how long a body may stall."""

    def __init__(self, upstream):
        self.directory = tempfile.mkdtemp(prefix="slad-nginx-", dir="/tmp")
        self.process = None
        self.program = shutil.copy(NGINX, self.path("nginx"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                        "-nodes", "-subj", "/CN=localhost", "-days", "2", "-addext", "subjectAltName=DNS:localhost",
                        "-keyout", self.path("slad.key"), "-out", self.path("slad.crt")],
                       check=True, capture_output=True)
        with open(self.path("nginx.conf"), "w", encoding="ascii") as out:
            out.write(MAIN.format(self.directory))
        for _ in range(5):  # the port may be another's by the time that nginx wants it
            self.write_site(upstream)
            if self.start():
                return
        raise AssertionError(self.said())

    def path(self, name):
        return os.path.join(self.directory, name)

    def write_site(self, upstream):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        with open(os.path.join(TOP, "conf/nginx/slad.conf"), encoding="utf-8") as example:
            site = example.read()
        for old, new in (("server 127.0.0.1:7523 ", f"server {upstream} "),
                         ("listen 443 ", f"listen 127.0.0.1:{self.port} "),
                         ("/etc/nginx/slad.", self.path("slad.")),
                         ("client_body_timeout 30s", "client_body_timeout 1s")):
            assert old in site, old
            site = site.replace(old, new)
        with open(self.path("slad.conf"), "w", encoding="utf-8") as out:
            out.write(site)

    def start(self):
        """Whether it listens."""
        root = os.geteuid() == 0
        for folder, _, names in os.walk(self.directory) if root else ():
            for path in [folder] + [os.path.join(folder, name) for name in names]:
                shutil.chown(path, USER["user"], USER["group"])
        self.process = subprocess.Popen(
            [self.program, "-p", self.directory, "-e", self.path("error.log"), "-c", self.path("nginx.conf")],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            cwd=self.directory, **(USER if root else {}))
        return until(lambda: self.listens() or self.process.poll() is not None, "nginx listens") is True \
            and self.process.poll() is None

    def listens(self):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False

    def said(self):
        with open(self.path("error.log"), encoding="utf-8") as log:
            return log.read()

    def stop(self):
        """By its process id, once what it has begun is done; gives its exit status."""
        self.process.send_signal(signal.SIGQUIT)
        return self.process.wait(PATIENCE)

    def close(self):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(PATIENCE)
        shutil.rmtree(self.directory)

    def connection(self):
        trust = ssl.create_default_context(cafile=self.path("slad.crt"))
        return http.client.HTTPSConnection("localhost", self.port, timeout=PATIENCE, context=trust)

    def ask(self, method, path, body=None, headers=None):
        with contextlib.closing(self.connection()) as connection:
            connection.request(method, path, body, headers or {})
            got = connection.getresponse()
            return Answer(got.status, got.headers, got.read())

    def raw(self, text):
        """A TLS socket on which this has been said."""
        trust = ssl.create_default_context(cafile=self.path("slad.crt"))
        plain = socket.create_connection(("127.0.0.1", self.port), PATIENCE)
        wire = trust.wrap_socket(plain, server_hostname="localhost")
        wire.sendall(text)
        return wire


@unittest.skipIf(NGINX is None, "nginx is not here: sh tests/packages fetches it")
class Case(unittest.TestCase):
    unix = False

    @classmethod
    def setUpClass(cls):
        cls.sockets = tempfile.TemporaryDirectory(prefix="slad-unix-", dir="/tmp")
        os.chmod(cls.sockets.name, 0o755)
        path = os.path.join(cls.sockets.name, "slad.sock")
        listen = {"listen": f"unix:{path}"} if cls.unix else {}
        cls.slad = Slad({**CONFIG, **listen, "tokens": TOKENS})
        if cls.unix:
            os.chmod(path, 0o666)
        cls.nginx = Nginx(f"unix:{path}" if cls.unix else f"127.0.0.1:{cls.slad.port}")

    @classmethod
    def tearDownClass(cls):
        cls.nginx.close()
        cls.slad.close()
        cls.sockets.cleanup()

    def setUp(self):
        self.desk = Desk(f"urn:{self.id()}")

    def post(self, body, headers=None):
        if not isinstance(body, bytes):
            body = json.dumps(body).encode()
        return self.nginx.ask("POST", "/v1/events", body, {**BEARER, **(headers or {})})

    def taken(self, answer, accepted=1, duplicates=0):
        self.assertEqual(answer.status, 200, f"{answer} {self.nginx.said()}")
        self.assertEqual(answer.json(), {"accepted": accepted, "duplicates": duplicates, "rejected": 0})

    def problem(self, answer, status, words):
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.headers.get_content_type(), "application/problem+json")
        self.assertEqual(answer.json()["status"], status)
        self.assertIn(words, answer.json()["detail"])


class Passing(Case):
    def test_events(self):
        event = self.desk.opened("T1")
        self.taken(self.post(event))
        self.taken(self.post(gzip.compress(json.dumps(event).encode()), {"Content-Encoding": "gzip"}), 0, 1)
        binary = {f"ce-{k}": v for k, v in event.items() if k != "data"}
        self.taken(self.post(event["data"], binary), 0, 1)
        ticket = self.nginx.ask("GET", "/v1/tickets/T1?source=" + self.desk.source, headers=BEARER)
        self.assertEqual(ticket.json()["subject"], "T1")

    def test_slads_own_errors(self):
        self.problem(self.nginx.ask("GET", "/v1/none", headers=BEARER), 404, "nothing at")
        self.problem(self.nginx.ask("POST", "/v1/events", b"{}", {"Content-Type": ARRAY}), 401, "token")
        self.problem(self.post(b"{"), 400, "no JSON")
        self.problem(self.post(b"{}", {"Content-Encoding": "br"}), 415, "'br'")
        answer = self.nginx.ask("DELETE", "/v1/events", headers=BEARER)
        self.assertEqual((answer.status, answer.headers["Allow"]), (405, "POST, OPTIONS"))

    def test_the_handshake(self):
        answer = self.nginx.ask("OPTIONS", "/v1/events", headers={"WebHook-Request-Origin": "desk.example"})
        self.assertEqual((answer.status, answer.headers["WebHook-Allowed-Origin"]), (200, "desk.example"))

    def test_names_with_slashes(self):
        self.taken(self.post(self.desk.opened("a/b c%")))
        answer = self.nginx.ask("GET", "/v1/tickets/a%2Fb%20c%25", headers=BEARER)
        self.assertEqual(answer.json()["subject"], "a/b c%")

    def test_sizes(self):
        event = json.dumps(self.desk.opened("T1")).encode()
        lines = {"Content-Type": "application/x-ndjson"}
        self.taken(self.post(event + b"\n" * (MOST - len(event)), lines))
        self.problem(self.post(event + b"\n" * (MOST - len(event) + 1), lines), 413, f"nginx: the body has more than {MOST}")
        bomb = gzip.compress(event + b"\n" * MOST)
        self.problem(self.post(bomb, {**lines, "Content-Encoding": "gzip"}), 413, str(MOST))
        self.taken(self.post(event), 0, 1)

    def test_chunks(self):
        event = json.dumps(self.desk.opened("T1")).encode()
        with contextlib.closing(self.nginx.connection()) as connection:
            connection.request("POST", "/v1/events", iter([event[:10], event[10:]]), BEARER, encode_chunked=True)
            got = connection.getresponse()
            self.taken(Answer(got.status, got.headers, got.read()))

    def test_large_heads(self):
        self.problem(self.nginx.ask("GET", "/healthz", headers={"X-A": "a" * 15000, "X-B": "b" * 15000}),
                     431, "16384")
        self.problem(self.nginx.ask("GET", "/healthz", headers={"X-A": "a" * 20000}), 400, "nginx")

    def test_what_goes_on_and_what_does_not(self):
        own = {"ce-id": "%41", "Content-Encoding": "gzip", "WebHook-Request-Origin": "desk.example"}
        claims = {name: "10.0.0.1" for name in (
            "Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")}
        with Receiver() as receiver, contextlib.closing(Nginx(receiver.url[7:].partition("/")[0])) as nginx:
            nginx.ask("POST", "/hook", iter([b"a", b"b"]), {**BEARER, **own, **claims})
            message = receiver.wait(1)[0]
        self.assertEqual(message.body, b"ab")
        for name, value in {**BEARER, **own, "Host": "localhost", "Content-Length": "2"}.items():
            self.assertEqual(message.headers.get_all(name), [value])
        self.assertFalse(set(claims) & set(message.headers))


class Slow(Case):
    def begin(self, event, more=0, nginx=None):
        head = f"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n" \
               f"Content-Type: {ARRAY}\r\nConnection: close\r\nContent-Length: {len(event) + more}\r\n\r\n"
        return (nginx or self.nginx).raw(head.encode())

    def heard(self, wire):
        with contextlib.closing(wire):
            got = http.client.HTTPResponse(wire)
            got.begin()
            return Answer(got.status, got.headers, got.read())

    def test_a_slow_body_passes_whole(self):
        """Longer than nginx lets it stall, but never stalling; slad gets it in one piece."""
        event = json.dumps(self.desk.opened("T1")).encode()
        wire, end = self.begin(event), time.monotonic() + 1.5
        for i, byte in enumerate(event):
            time.sleep(max(0, end - time.monotonic()) / (len(event) - i))
            wire.sendall(bytes([byte]))
        self.taken(self.heard(wire))

    def test_a_body_that_stalls_is_given_up(self):
        event = json.dumps(self.desk.opened("T1")).encode()
        wire = self.begin(event, 1)
        wire.sendall(event)
        with contextlib.closing(wire):
            self.assertEqual(wire.recv(1), b"")
        self.taken(self.post(event))

    def test_nothing_goes_on_before_it_is_whole(self):
        with Receiver() as receiver, contextlib.closing(Nginx(receiver.url[7:].partition("/")[0])) as nginx:
            with contextlib.closing(self.begin(b"stall", 1, nginx)) as wire:
                wire.sendall(b"stall")
                self.assertEqual(wire.recv(1), b"")
            nginx.ask("POST", "/hook", b"whole", BEARER)
            self.assertEqual([message.body for message in receiver.wait_attempts(1)], [b"whole"])


class Unix(Case):
    unix = True

    def test_events(self):
        event = self.desk.opened("T1")
        for known in (0, 1, 1):
            self.taken(self.post(event), 1 - known, known)
        self.problem(self.post(b"{"), 400, "no JSON")


class Ends(Case):
    def test_slad_away_and_back(self):
        event = self.desk.opened("T1")
        self.taken(self.post(event))
        port = self.slad.port
        self.slad.stop()
        answer = self.post(event)
        self.problem(answer, 503, "send it again")
        self.assertEqual(answer.headers["Retry-After"], "5")
        self.slad.write_config({**CONFIG, "tokens": TOKENS, "listen": f"127.0.0.1:{port}"})
        self.slad.start()
        self.taken(self.post(event), 0, 1)
        self.assertEqual(self.nginx.stop(), 0)


if __name__ == "__main__":
    main()
