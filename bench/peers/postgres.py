"""PostgreSQL 15 of our own: initdb in a directory of the bench, a socket and no port, stopped by pid.

What one transaction does, for S1: a row for the event with its unique random id and a body of realistic
size, the ticket as an upsert, and three counters as upserts (its scope by the minute, the hour and the
day); 4,000 scopes and 200,000 tickets, chosen evenly, so that hardly two transactions wait for the same
row. Clients are 64 of pgbench, -M prepared, over a Unix socket. The work is spelled in two ways: as one
statement, which no application writes, and is the fastest (1.2 times a pipeline of five); and as a
transaction of five statements, one after the other, as an application does it.

What a score costs, for S8: one row a ticket with when it was opened and answered, an index that holds
all that the question needs, and a target of half an hour by the wall clock: no calendars, no pauses.
"""
import glob
import os
import pwd
import re
import shutil
import signal
import subprocess
import tempfile
import time

BODY = "{" + "x" * 250 + "}"

SCHEMA = """
DROP TABLE IF EXISTS event, ticket, counter;
CREATE TABLE event (id uuid PRIMARY KEY, received timestamptz NOT NULL DEFAULT now(), body text NOT NULL);
CREATE TABLE ticket (name bigint PRIMARY KEY, state int NOT NULL, changed timestamptz NOT NULL,
    events int NOT NULL) WITH (fillfactor = 70);
CREATE TABLE counter (scope int, width int, bucket bigint, n bigint NOT NULL,
    PRIMARY KEY (scope, width, bucket)) WITH (fillfactor = 70);
"""

CHOICE = """
\\set ticket random(1, 200000)
\\set scope random(1, 4000)
\\set minute random(0, 44640)
"""

COUNT = "INSERT INTO counter VALUES (:scope, {}, :minute / {}, 1)" \
    " ON CONFLICT (scope, width, bucket) DO UPDATE SET n = counter.n + 1"

PARTS = {
    "event": f"INSERT INTO event (id, body) VALUES (gen_random_uuid(), '{BODY}') ON CONFLICT DO NOTHING",
    "ticket": "INSERT INTO ticket VALUES (:ticket, 1, now(), 1)"
              " ON CONFLICT (name) DO UPDATE SET changed = excluded.changed, events = ticket.events + 1",
    "minutes": COUNT.format(1, 1),
    "hours": COUNT.format(60, 60),
    "days": COUNT.format(1440, 1440),
}

AS_ONE = CHOICE + "WITH " + ", ".join(f"{name} AS ({part})" for name, part in PARTS.items()) + " SELECT 1;\n"
AS_FIVE = CHOICE + "BEGIN;\n" + "".join(f"{part};\n" for part in PARTS.values()) + "END;\n"

TICKETS = """
CREATE TABLE raw (name bigint, kind int, agreement int, service int, opened bigint, answered bigint);
"""

TICKETS_INDEX = """
CREATE INDEX ON raw (agreement, kind, opened) INCLUDE (service, answered);
VACUUM ANALYZE raw;
"""

SCORE = """
SELECT service, count(*) FILTER (WHERE answered - opened > 1800000) AS a, count(*) AS b,
    count(*) FILTER (WHERE answered IS NULL) AS pending
FROM raw WHERE agreement = {agreement} AND kind = 0 AND opened >= {start} AND opened < {end} GROUP BY service;
"""

SETTINGS = """
listen_addresses = ''
fsync = on
synchronous_commit = on
full_page_writes = on
shared_buffers = 512MB
max_wal_size = 4GB
checkpoint_timeout = 15min
max_connections = 100
jit = off
"""


def binaries():
    """The directory of postgres, initdb and pgbench; None where they are not installed."""
    found = [os.path.dirname(p) for p in glob.glob("/usr/lib/postgresql/15/bin/postgres")]
    pgbench = found and os.path.join(found[0], "pgbench")
    return found[0] if found and os.path.exists(pgbench) else None


def version():
    done = subprocess.run([os.path.join(binaries(), "postgres"), "--version"], capture_output=True, text=True)
    return done.stdout.split()[2]


def as_whom():
    """PostgreSQL refuses root: the words before a command, and the user, if that is who we are."""
    if os.getuid() != 0:
        return [], None
    user = pwd.getpwnam("nobody")
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"], user


class Postgres:
    def __init__(self, directory):
        self.bin = binaries()
        self.prefix, user = as_whom()
        self.home = tempfile.mkdtemp(prefix="postgres-", dir=directory)
        self.data = os.path.join(self.home, "data")
        self.socket = tempfile.mkdtemp(prefix="slad-bench-pg-")  # its path must be short
        self.process = None
        for path in (self.home, self.socket):
            os.chmod(path, 0o755)
            if user:
                os.chown(path, user.pw_uid, user.pw_gid)
        self.run("initdb", "-D", self.data, "-U", "bench", "-A", "trust", "--no-locale", "-E", "UTF8")
        with open(os.path.join(self.data, "postgresql.conf"), "a", encoding="utf-8") as out:
            out.write(SETTINGS + f"unix_socket_directories = '{self.socket}'\n")
        self.start()

    def run(self, program, *arguments, text=None, file=None):
        """Its standard output; what it says on standard error is raised if it fails."""
        words = {"input": text} if file is None else {"stdin": file}
        done = subprocess.run([*self.prefix, os.path.join(self.bin, program), *arguments], text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=self.home, **words)
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr[-2000:]}")
        return done.stdout

    def start(self):
        self.log = open(os.path.join(self.home, "log"), "wb")
        self.process = subprocess.Popen([*self.prefix, os.path.join(self.bin, "postgres"), "-D", self.data],
                                        stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        until = time.monotonic() + 60
        ready = [os.path.join(self.bin, "pg_isready"), "-q", "-h", self.socket]
        while subprocess.run(ready).returncode:
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError("postgres does not start")
            time.sleep(0.05)

    def close(self):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(60)
        self.log.close()
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.rmtree(self.socket, ignore_errors=True)

    def psql(self, *arguments, **how):
        return self.run("psql", "-h", self.socket, "-U", "bench", "-v", "ON_ERROR_STOP=1", "-qAtX", *arguments,
                        "postgres", **how)

    def sql(self, text):
        return self.psql(text=text)

    def script(self, name, text):
        path = os.path.join(self.socket, name)
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        return path

    def pgbench(self, script, clients, *more):
        return self.run("pgbench", "-h", self.socket, "-U", "bench", "-n", "-M", "prepared", "-c", str(clients),
                        "-j", str(min(clients, 2)), "-f", script, *more, "postgres")

    # S1

    def prepare_events(self):
        self.sql(SCHEMA + "INSERT INTO ticket SELECT n, 1, now(), 1 FROM generate_series(1, 200000) n;"
                 "VACUUM ANALYZE; CHECKPOINT;")

    def events(self, spelling, seconds, clients=64):
        """Transactions a second, AS_ONE or AS_FIVE. On a busy machine 64 connections alone may take longer
        than a short turn: then it is a longer one."""
        script, seconds = self.script("event.sql", spelling), max(round(seconds), 1)
        for longer in (1, 4, 16):
            said = self.pgbench(script, clients, "-T", str(seconds * longer))
            failed = re.search(r"number of failed transactions: (\d+)", said)
            if failed and int(failed[1]):
                raise RuntimeError(f"pgbench: {failed[0]}")
            found = re.search(r"tps = ([\d.]+)", said)
            if found:
                return float(found[1])
        raise RuntimeError(f"pgbench: {said}")

    # S8

    def prepare_tickets(self, path):
        self.sql(TICKETS)
        with open(path, "rb") as facts:
            self.psql("-c", "COPY raw FROM STDIN", file=facts)
        self.sql(TICKETS_INDEX)

    def count_tickets(self, agreement, start, end):
        return int(self.sql(f"SELECT count(*) FROM raw WHERE agreement = {agreement} AND kind = 0"
                            f" AND opened >= {start} AND opened < {end}"))

    def score(self, agreement, start, end, times):
        """The p99 of that many questions of one client, in microseconds."""
        self.pgbench(self.script("score.sql", SCORE.format(agreement=agreement, start=start, end=end)), 1,
                     "-t", str(times), "--log", f"--log-prefix={self.socket}/took")
        took = []
        for path in glob.glob(f"{self.socket}/took.*"):
            with open(path, encoding="ascii") as lines:
                took += [int(line.split()[2]) for line in lines]
            os.unlink(path)
        return sorted(took)[min(int(len(took) * 0.99), len(took) - 1)]
