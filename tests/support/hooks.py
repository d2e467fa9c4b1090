"""The fixtures of tests/hooks, and how a system would sign what it posts.

tests/hooks/SYSTEM/hook.json is what of the hook's configuration the fixtures need beside its source (which is
the system's name), its mapping and its secrets: agreement, tables, timezone, verify. Each directory beside it is
a case: payload.json, or payload-1.json, payload-2.json, ... in the order in which they are sent; the headers,
headers.json or one for each; and expected.json, the events that the log has in the end, in their order.
"""
import base64
import glob
import hashlib
import hmac
import json
import os
import re
import time

import yaml

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FIXTURES = os.path.join(TOP, "tests/hooks")
SECRET = "a secret of the test"


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def verification(mapping, hook):
    """The mapping's verification with what the hook says otherwise: (kind, keys)."""
    own = mapping.get("verify", {})
    said = hook.get("verify", {})
    if said == "none":
        return "none", {}
    for kind in ("signature", "token", "basic"):
        if kind in said or (kind in own and not {"signature", "token", "basic"} & set(said)):
            return kind, {**own.get(kind, {}), **said.get(kind, {})}
    return "token", {"header": "Authorization", "prefix": "Bearer "}


def sign(kind, keys, body, secret=SECRET, now=None, given=None):
    """The headers that prove that a body comes from who knows the secret; `given` may have its id."""
    if kind == "none":
        return {}
    if kind == "basic":
        return {"Authorization": "Basic " + base64.b64encode(f"{keys['user']}:{secret}".encode()).decode()}
    if kind == "token":
        if "header" not in keys:
            keys = {"header": "Authorization", "prefix": "Bearer "}
        return {keys["header"]: keys.get("prefix", "") + secret}
    headers, text = {}, b""
    values = {"body": body, "timestamp": str(int(time.time() if now is None else now)).encode(),
              "id": (given or {}).get(keys.get("id_header"), "msg_1").encode()}
    for part in re.findall(r"[a-zA-Z0-9]+|[^+]", keys.get("signed", "body")):
        text += values.get(part, part.encode())
    if "timestamp_header" in keys:
        headers[keys["timestamp_header"]] = values["timestamp"].decode()
    if "id_header" in keys:
        headers[keys["id_header"]] = values["id"].decode()
    key = base64.b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode()
    mac = hmac.new(key, text, getattr(hashlib, keys.get("algorithm", "sha256")))
    encoded = base64.b64encode(mac.digest()).decode() if keys.get("encoding") == "base64" else mac.hexdigest()
    headers[keys["header"]] = keys.get("prefix", "") + encoded
    return headers


def number(path):
    """The number in a file's name, by which payload-10 comes after payload-2."""
    return int(re.search(r"(\d*)\.json$", path)[1] or 0)


class Case:
    """One directory of fixtures."""

    def __init__(self, directory):
        self.name = os.path.basename(directory)
        self.steps = []  # (headers, body)
        for path in sorted(glob.glob(os.path.join(directory, "payload*.json")), key=number):
            headers = os.path.join(directory, os.path.basename(path).replace("payload", "headers"))
            if not os.path.exists(headers):
                headers = os.path.join(directory, "headers.json")
            with open(path, "rb") as file:
                self.steps.append((read(headers), file.read()))
        self.expected = read(os.path.join(directory, "expected.json"))


class System:
    """One system: its hook, and its cases."""

    def __init__(self, directory):
        self.name = os.path.basename(directory)
        self.mapping = os.path.join(TOP, "conf/mappings", self.name + ".yaml")
        with open(self.mapping, encoding="utf-8") as file:
            mapping = yaml.safe_load(file)
        self.answer = int(mapping.get("answer", 202))
        self.snapshots = "snapshot" in mapping
        self.hook = read(os.path.join(directory, "hook.json"))
        self.kind, self.keys = verification(mapping, self.hook)
        self.cases = [Case(os.path.dirname(path)) for path in
                      sorted(glob.glob(os.path.join(directory, "*/expected.json")))]

    def config(self, secret_file):
        """The hook as slad.yaml has it."""
        verify = self.hook.get("verify", {})
        if self.kind == "signature" and "signature" in verify:
            verify = {"signature": {**verify["signature"], "secret_files": [secret_file]}}
        elif self.kind == "signature":
            verify = {"secret_files": [secret_file]}
        elif self.kind == "token":
            verify = {**verify, "token_file": secret_file}
        elif self.kind == "basic":
            verify = {"basic": {**self.keys, "password_file": secret_file}}
        return {**self.hook, "source": self.name, "mapping": self.mapping, "verify": verify}

    @property
    def has_window(self):
        return self.kind == "signature" and "timestamp_header" in self.keys and self.keys.get("window") != "0s"

    def sign(self, body, secret=SECRET, given=None, now=None):
        return sign(self.kind, self.keys, body, secret, now, given)

    def wrong_proofs(self, body, given=None):
        """What somebody may send who does not know the secret, or has seen an old delivery: {name: headers}."""
        right = self.sign(body, given=given)
        proofs = {"none": {}, "empty": dict.fromkeys(right, ""), "of another": self.sign(body, "another secret", given),
                  "cut": {name: value[:-1] for name, value in right.items()},
                  "longer": {name: value + "0" for name, value in right.items()}}
        if self.kind == "signature":
            proofs["of another body"] = self.sign(body + b" ", given=given)
            for name in set(right) - set(given or {}):
                proofs["without " + name] = {other: value for other, value in right.items() if other != name}
        if self.has_window:
            for name, ago in (("replayed", 3600), ("ahead of the clock", -3600)):
                proofs[name] = self.sign(body, given=given, now=time.time() - ago)
        if self.kind == "basic":
            proofs["of another user"] = sign("basic", {"user": "mallory"}, body)
        return proofs


def systems():
    return [System(os.path.dirname(path)) for path in sorted(glob.glob(os.path.join(FIXTURES, "*/hook.json")))]
