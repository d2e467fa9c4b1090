"""The services of Node.js: naive.js and group.js, with the better-sqlite3 that bench/packages put into
build/bench/node."""
import os
import re
import shutil
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
MODULES = os.path.join(HERE, "../../build/bench/node/node_modules")


def there():
    return shutil.which("node") is not None and os.path.isdir(os.path.join(MODULES, "better-sqlite3"))


def versions():
    script = ("const D = require('better-sqlite3'); console.log(process.version + ', SQLite ' + "
              "new D(':memory:').prepare('SELECT sqlite_version()').pluck().get())")
    done = subprocess.run(["node", "-e", script], capture_output=True, text=True,
                          env={**os.environ, "NODE_PATH": MODULES})
    return done.stdout.strip()


class Node:
    """One of them, running; port is where it listens."""

    def __init__(self, script, directory):
        self.home = tempfile.mkdtemp(prefix="node-", dir=directory)
        self.process = subprocess.Popen(
            ["node", os.path.join(HERE, script), os.path.join(self.home, "desk.db")],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "NODE_PATH": MODULES, "NODE_ENV": "production"})
        found = re.match(r"listening on (\d+)", self.process.stdout.readline())
        if not found:
            self.close()
            raise RuntimeError(f"{script} does not start")
        self.port = int(found[1])

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()
        shutil.rmtree(self.home, ignore_errors=True)
