#!/usr/bin/python3
"""Who may do what: tokens and their scopes, this machine only without them, sockets of files."""
import hashlib
import http.client
import os
import socket
import stat
import subprocess
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from desk import Desk  # noqa: E402
from slad import PATIENCE, Slad, main  # noqa: E402

AGREEMENTS = [{"id": "acme", "from": "2020-01-01"}]
READS = ["/v1/scores", "/v1/scores/resolution_rate/tickets", "/v1/indicators",
         "/v1/indicators/resolution_rate", "/v1/tickets/T1", "/v1/alerts", "/v1/alerts/1", "/scores",
         "/alerts", "/metrics"]


def token(name, *scopes):
    return {"name": name, "sha256": hashlib.sha256(f"secret-{name}".encode()).hexdigest(),
            "scopes": list(scopes)}


def bearer(name):
    return {"Authorization": f"Bearer secret-{name}"}


class Tokens(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.slad = Slad({"agreements": AGREEMENTS, "tokens": [
            token("desk", "ingest"), token("board", "read"), token("ops", "operate"),
            token("all", "ingest", "read", "operate")]})
        cls.desk = Desk()

    @classmethod
    def tearDownClass(cls):
        cls.slad.close()

    def status(self, method, path, headers):
        if method == "POST":
            return self.slad.post(self.desk.opened("T1"), headers)
        return self.slad.ask(method, path, headers=headers)

    def refused(self, answer, status):
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.headers.get_content_type(), "application/problem+json")
        self.assertEqual(answer.json()["status"], status)
        self.assertEqual(answer.headers["WWW-Authenticate"], "Bearer" if status == 401 else None)
        self.assertNotIn("secret", answer.text)
        return answer.json()["detail"]

    def test_without_a_token(self):
        for path in READS:
            self.assertIn("Bearer", self.refused(self.status("GET", path, {}), 401))
        self.refused(self.status("POST", "/v1/events", {}), 401)

    def test_a_wrong_token(self):
        right = bearer("all")["Authorization"]
        sha256 = token("all")["sha256"]
        for value in ("Bearer nonsense", right[:-1], right + "x", right.upper(), "Bearer ", "Bearer",
                      f"Bearer {sha256}", right.replace("Bearer", "Basic"), right.split()[1],
                      right + ", " + right, "Bearer " + "x" * 10_000, "Bearer \xe9"):
            for method, path in (("GET", "/v1/scores"), ("POST", "/v1/events")):
                with self.subTest(value=value[:60], path=path):
                    self.refused(self.status(method, path, {"Authorization": value}), 401)

    def test_scopes(self):
        for name, may_read, may_send in (("desk", False, True), ("board", True, False),
                                         ("ops", False, False), ("all", True, True)):
            for path in READS:
                answer = self.status("GET", path, bearer(name))
                with self.subTest(name=name, path=path):
                    if may_read:
                        self.assertIn(answer.status, (200, 404), answer)
                    else:
                        self.assertIn("read", self.refused(answer, 403))
            answer = self.status("POST", "/v1/events", bearer(name))
            with self.subTest(name=name):
                if may_send:
                    self.assertEqual(answer.status, 200)
                else:
                    self.assertIn("ingest", self.refused(answer, 403))

    def test_the_scheme_is_written_in_any_case(self):
        for scheme in ("bearer", "BEARER"):
            answer = self.slad.ask("GET", "/v1/scores", headers={"Authorization": f"{scheme} secret-all"})
            self.assertEqual(answer.status, 200)

    def test_health_is_open(self):
        for path in ("/healthz", "/readyz"):
            for headers in ({}, {"Authorization": "Bearer nonsense"}):
                self.assertEqual(self.slad.ask("GET", path, headers=headers).status, 200)

    def test_a_path_that_is_not_there(self):
        self.assertEqual(self.slad.ask("GET", "/v1/secrets", headers=bearer("all")).status, 404)

    def test_nothing_says_a_secret(self):
        self.status("GET", "/v1/scores", {"Authorization": "Bearer secret-guess"})
        self.assertNotIn("secret-", "\n".join(self.slad.log))
        self.assertNotIn("secret-", self.slad.ask("GET", "/metrics", headers=bearer("all")).text)
        for name in ("slad.db", "slad.db-wal"):
            with open(self.slad.path(name), "rb") as file:
                self.assertNotIn(b"secret-", file.read())


class Listening(unittest.TestCase):
    def refuses(self, config, *words):
        """serve ends with exit status 3 and one sentence that has these words."""
        with Slad(config, start=False) as slad:
            done = subprocess.run([slad.program, "serve", "-c", slad.file], capture_output=True, text=True,
                                  timeout=PATIENCE)
            self.assertEqual(done.returncode, 3, done)
            for word in words:
                self.assertIn(word, done.stderr)
            self.assertFalse(os.path.exists(slad.path("slad.db")))

    def test_no_token_no_stranger(self):
        for listen, named in (("0.0.0.0:0", "0.0.0.0:0"), ("[::]:0", "[::]:0"),
                              (["127.0.0.1:0", "0.0.0.0:0"], "0.0.0.0:0")):
            self.refuses({"agreements": AGREEMENTS, "listen": listen}, named + " ", "refuses to start",
                         "tokens", "127.0.0.1")

    def test_with_tokens_strangers_may_knock(self):
        with Slad({"agreements": AGREEMENTS, "listen": "0.0.0.0:0", "tokens": [token("all", "read")]}) as slad:
            self.assertEqual(slad.ask("GET", "/v1/scores").status, 401)
            self.assertEqual(slad.ask("GET", "/v1/scores", headers=bearer("all")).status, 200)

    def test_an_empty_list_of_tokens_is_none(self):
        self.refuses({"agreements": AGREEMENTS, "listen": "0.0.0.0:0", "tokens": []}, "tokens")

    def test_several_addresses(self):
        with Slad({"agreements": AGREEMENTS, "listen": ["127.0.0.1:0", "127.0.0.2:0"]}) as slad:
            said = [line.rpartition("http://")[2] for line in slad.log if "listening" in line]
            self.assertEqual([s.rpartition(":")[0] for s in said], ["127.0.0.1", "127.0.0.2"])
            for where in said:
                connection = http.client.HTTPConnection(where)
                connection.request("GET", "/healthz")
                self.assertEqual(connection.getresponse().status, 200)
                connection.close()

    def test_another_site_s_page_cannot_post(self):
        """Without tokens this machine is trusted, and the browser of its user runs here."""
        with Slad({"agreements": AGREEMENTS}) as slad:
            answer = slad.post(Desk().opened("T1"), {"Sec-Fetch-Site": "cross-site"})
            self.assertEqual(answer.status, 403, answer)
            self.assertEqual(slad.scores(indicator="resolution_rate")[0]["b"], 0)


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost")
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.path)


class UnixSocket(unittest.TestCase):
    def ask(self, path, target):
        connection = UnixConnection(path)
        try:
            connection.request("GET", target)
            return connection.getresponse().status
        finally:
            connection.close()

    def test_a_socket_of_a_file(self):
        with Slad({"agreements": AGREEMENTS, "listen": ["unix:slad.sock", "127.0.0.1:0"]}) as slad:
            path = slad.path("slad.sock")
            self.assertTrue(stat.S_ISSOCK(os.stat(path).st_mode))
            self.assertTrue(any(line.endswith("listening on unix:slad.sock") or path in line
                                for line in slad.log), slad.log)
            self.assertEqual(self.ask(path, "/v1/scores"), 200)
            slad.kill9()  # leaves the file behind, and the next start takes its place
            self.assertTrue(os.path.exists(path))
            slad.start()
            self.assertEqual(self.ask(path, "/v1/scores"), 200)
            self.assertEqual(slad.stop(), 0)
            self.assertFalse(os.path.exists(path))

    def test_needs_no_token_but_heeds_them(self):
        with Slad({"agreements": AGREEMENTS, "listen": "unix:slad.sock"}) as slad:
            self.assertEqual(self.ask(slad.path("slad.sock"), "/v1/scores"), 200)
        with Slad({"agreements": AGREEMENTS, "listen": "unix:slad.sock", "tokens": [token("a", "read")]}) as slad:
            self.assertEqual(self.ask(slad.path("slad.sock"), "/v1/scores"), 401)
            self.assertEqual(self.ask(slad.path("slad.sock"), "/healthz"), 200)

    def test_a_file_that_is_no_socket_stays(self):
        with Slad({"agreements": AGREEMENTS, "listen": "unix:slad.sock"}, start=False) as slad:
            with open(slad.path("slad.sock"), "w", encoding="ascii") as out:
                out.write("precious")
            done = subprocess.run([slad.program, "serve", "-c", slad.file], capture_output=True, text=True,
                                  timeout=PATIENCE)
            self.assertNotEqual(done.returncode, 0)
            with open(slad.path("slad.sock"), encoding="ascii") as kept:
                self.assertEqual(kept.read(), "precious")


if __name__ == "__main__":
    main()
