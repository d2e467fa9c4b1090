"""Request Tracker 5: Debian's program, with a configuration, a database and a place of its own.

    with RequestTracker({"Queues": [...]}, settings) as rt:
        ticket = rt.open("paula", "The printer is gone")
        rt.reply("ann", ticket, "It is back."); rt.change("ann", ticket, Status="resolved")
        rt.history(ticket)

The program is where Debian's package puts it, or in build/tools, where tests/packages unpacks it.
"""
import base64
import json
import os
import re
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request

from slad import PATIENCE, TOP

PLACES = ("/usr", os.path.join(TOP, "build/tools/usr"))
SETUP = "sbin/rt-setup-database-5"
PREFIX = next((place for place in PLACES if os.path.exists(os.path.join(place, SETUP))), None)
PAGE = os.path.join(TOP, "man/slad-hooks.7")
PASSWORD = "a password of the test"
TIMEOUT = 4 * PATIENCE  # seconds that one answer may take

# Where RT looks for what is its own; this goes before the file that Debian's package has for it.
PLACE = """package RT;
use strict;
my ($top, $own) = @ENV{qw(RT_TOP RT_OWN)};
our ($VERSION, $MAJOR_VERSION, $MINOR_VERSION, $REVISION) = ("5.0.3", 5, 0, 3);
our ($BasePath, $BinPath, $SbinPath, $VarPath) = ($top, "$top/../../bin", "$top/../../sbin", $own);
our ($EtcPath, $FontPath, $LexiconPath, $StaticPath) = map { "$top/$_" } qw(etc fonts po static);
our ($LocalPath, $LocalEtcPath, $PluginPath, $LocalPluginPath) = map { "$own/$_" } qw(l e p lp);
our ($LocalLibPath, $LocalLexiconPath, $LocalStaticPath) = map { "$own/$_" } qw(ll lx ls);
our ($MasonComponentRoot, $MasonLocalComponentRoot) = ("$top/html", "$own/html");
our ($MasonDataDir, $MasonSessionDir) = map { "$own/$_" } qw(mason session);
$INC{"RT/Generated.pm"} = __FILE__;
1;
"""

# The application is RT's own; it answers on the socket that it is given as standard input.
SERVE = """use strict;
use IO::Socket::INET;
use HTTP::Server::PSGI;
my $app = do "$ENV{RT_TOP}/libexec/rt-server" or die $@ || $!;
HTTP::Server::PSGI->new(listen_sock => IO::Socket::INET->new_from_fd(0, "+<"))->run($app);
"""

SETTINGS = {"rtname": "test", "Organization": "test.example", "DatabaseType": "SQLite", "WebDomain": "127.0.0.1",
            "Timezone": "Asia/Shanghai", "LogToSTDERR": "warning", "LogToSyslog": None, "BcryptCost": "4",
            "MailCommand": "testfile"}

# Initial data, as rt-setup-database takes it, from JSON beside it.
DATA = """use JSON;
open(my $in, "<", "$ENV{RT_OWN}/data.json") or die $!;
my $data = JSON->new->utf8->decode(join "", <$in>);
our @Queues = @{ $data->{Queues} || [] };
our @CustomFields = @{ $data->{CustomFields} || [] };
our @Users = @{ $data->{Users} || [] };
our @ACL = @{ $data->{ACL} || [] };
our @Scrips = @{ $data->{Scrips} || [] };
1;
"""


def missing():
    """What keeps it from running; None: nothing."""
    needed = ["-MDBD::SQLite", "-MHTTP::Server::PSGI", "-MHTML::Mason::PSGIHandler", "-MLWP::UserAgent"]
    if PREFIX is None or subprocess.run(["perl", *needed, "-e", "1"], capture_output=True).returncode != 0:
        return "there is no Request Tracker 5: sh tests/packages fetches it"
    return None


def template():
    """What slad-hooks(7) has to paste: (configuration, commit code)."""
    with open(PAGE, encoding="utf-8") as file:
        section = re.search(r"^\.Ss Request Tracker\n(.*?)^\.S[hs] ", file.read(), re.M | re.S)[1]
    blocks = re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed", section, re.M | re.S)
    configuration, code = (block.replace("\\e", "\\") for block in blocks)
    return configuration, code


def perl(value):
    """A text as Perl has it between single quotes; None: undef."""
    return "undef" if value is None else "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


class RequestTracker:
    """It is set up, with the initial data, and runs as soon as it is made. `site` is a piece of Perl: what an
    administrator adds to its configuration."""

    def __init__(self, data, site=""):
        self.temporary = tempfile.TemporaryDirectory(prefix="slad-rt-")
        self.directory = self.temporary.name
        self.process = None
        self.log = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        try:
            self._set_up(data, site)
            self._start()
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def _write(self, name, text):
        path = os.path.join(self.directory, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)
        return path

    def _set_up(self, data, site):
        top = os.path.join(PREFIX, "share/request-tracker5")
        settings = {**SETTINGS, "DatabaseName": os.path.join(self.directory, "rt.db"), "WebPort": str(self.port)}
        lines = [f"Set(${name}, {perl(value)});\n" for name, value in settings.items()]
        for name in ("mason", "session"):
            os.mkdir(os.path.join(self.directory, name))
        self.env = {**os.environ, "RT_TOP": top, "RT_OWN": self.directory,
                    "PERL5LIB": os.path.join(top, "lib") + ":" + os.path.join(self.directory, "lib"),
                    "RT_SITE_CONFIG": self._write("RT_SiteConfig.pm", "".join(lines) + "1;\n"),
                    "RT_SITE_CONFIG_DIR": os.path.dirname(self._write("site/slad.pm", site + "1;\n"))}
        self._write("lib/Place.pm", PLACE)
        self.server = self._write("serve.pl", SERVE)
        self._write("data.json", json.dumps(data))
        self._setup("init", "--force", "--dba-password", "none")
        self._setup("insert", "--force", "--dba-password", "none",
                    "--datafile", self._write("data.pl", DATA))

    def _setup(self, action, *arguments):
        done = subprocess.run(["perl", "-MPlace", os.path.join(PREFIX, SETUP), "--action", action, *arguments],
                              env=self.env, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode != 0 or "Done" not in done.stdout:
            raise AssertionError(f"RT is not set up: {done.stdout} {done.stderr}")

    def _start(self):
        self.process = subprocess.Popen(["perl", "-MPlace", self.server], env=self.env, stdin=self.listener,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.listener.close()
        self.reader = threading.Thread(target=self._listen, daemon=True)
        self.reader.start()

    def _listen(self):
        for line in self.process.stderr:
            if b"the internal HTML converter" not in line:
                self.log.append(line.decode("utf-8", "replace").rstrip("\n"))

    def close(self):
        self.listener.close()
        if self.process is not None:
            self.process.terminate()
            self.process.wait(PATIENCE)
            self.reader.join(PATIENCE)
            self.process.stderr.close()
            self.process = None
        self.temporary.cleanup()

    # Its REST2

    def ask(self, user, method, path, body=None):
        """The JSON of an answer; `body` is a text, or an object that becomes JSON. It waits as long as RT takes
        to start."""
        password = "password" if user == "root" else PASSWORD
        headers = {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode(),
                   "Content-Type": "text/plain" if isinstance(body, str) else "application/json"}
        if body is not None:
            body = (body if isinstance(body, str) else json.dumps(body)).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/REST/2.0{path}", body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
                return json.load(answer)
        except OSError as error:
            said = error.read() if hasattr(error, "read") else b""
            raise AssertionError(f"{method} {path}: {error} {said} {self.log}") from error

    def open(self, user, subject, **fields):
        """The number of a new ticket, as text."""
        made = self.ask(user, "POST", "/ticket", {"Subject": subject, "Content": "Please help.", **fields})
        return str(made["id"])

    def reply(self, user, ticket, text):
        self.ask(user, "POST", f"/ticket/{ticket}/correspond", text)

    def comment(self, user, ticket, text):
        self.ask(user, "POST", f"/ticket/{ticket}/comment", text)

    def change(self, user, ticket, **fields):
        return self.ask(user, "PUT", f"/ticket/{ticket}", fields)

    def history(self, ticket):
        """Its transactions, the earliest first: Type, Created, OldValue, NewValue."""
        found = self.ask("root", "GET", f"/ticket/{ticket}/history?per_page=100&fields=Type,Created,OldValue,NewValue")
        assert found["pages"] <= 1, found
        return sorted(found["items"], key=lambda one: int(one["id"]))

    def next_second(self):
        """Returns in another second than it was called in: RT's times have no smaller part."""
        now = int(time.time())
        while int(time.time()) == now:
            time.sleep(0.02)
