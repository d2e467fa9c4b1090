"""Prometheus's Alertmanager: Debian's program, with a configuration and data of its own."""
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import urllib.request

from slad import PATIENCE, TOP

PROGRAM = shutil.which("prometheus-alertmanager") or os.path.join(TOP, "build/tools/usr/bin/prometheus-alertmanager")
TEMPLATE = "/usr/share/prometheus/alertmanager/default.tmpl"
CONFIG = "route: {receiver: none, group_wait: 1h}\nreceivers: [{name: none}]\nglobal: {resolve_timeout: 5m}\n"


def missing():
    """What keeps it from running; None: nothing."""
    for path in (PROGRAM, TEMPLATE):
        if not os.path.exists(path):
            return f"there is no {path}: sh tests/packages fetches it"
    return None


class Alertmanager:
    """Runs as soon as it is made, on a free port; after a restart on the same one."""

    def __init__(self):
        self.directory = tempfile.TemporaryDirectory(prefix="slad-alertmanager-")
        self.port = 0
        self.start()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.stop()
        self.directory.cleanup()

    def start(self):
        file = os.path.join(self.directory.name, "alertmanager.yml")
        with open(file, "w", encoding="ascii") as out:
            out.write(CONFIG)
        data = tempfile.mkdtemp(dir=self.directory.name)
        self.process = subprocess.Popen(
            [PROGRAM, f"--config.file={file}", f"--storage.path={data}",
             f"--web.listen-address=127.0.0.1:{self.port}", "--cluster.listen-address="],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        said = []
        for line in self.process.stderr:
            said.append(line)
            found = re.search(r"Listening on.*:(\d+)$", line)
            if found:
                self.port = int(found[1])
                break
        else:
            raise AssertionError(f"Alertmanager does not start: {said}")
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def stop(self):
        self.process.terminate()
        self.process.wait(PATIENCE)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def alerts(self):
        """Those that fire."""
        with urllib.request.urlopen(f"{self.url}/api/v2/alerts", timeout=PATIENCE) as answer:
            return json.load(answer)
