"""Holds answers against the interface's description: each must be what daemon/openapi.json says of its
call and status, and have no member that it does not name.

Without python3-jsonschema nothing is looked at.
"""
import collections
import json
import os

try:
    import jsonschema
except ImportError:
    jsonschema = None

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../daemon/openapi.json")
OFTEN = 30  # answers of a kind that one program looks at: they are slow to check
LARGE = 100000  # bytes, likewise


class Description:
    def __init__(self, document):
        self.document = document
        self.schemas = document["components"]["schemas"]
        self.seen = collections.Counter()
        self.validators = {}
        self.calls = [(method.upper(), pattern, pattern.split("/"), call)
                      for pattern, methods in sorted(document["paths"].items(), key=lambda p: "{" in p[0])
                      for method, call in methods.items()]

    def resolved(self, schema):
        while "$ref" in schema:
            at = self.document
            for part in schema["$ref"].split("/")[1:]:
                at = at[part]
            schema = at
        return schema

    def call(self, method, path):
        """(pattern, call) of a request, or None."""
        parts = path.partition("?")[0].split("/")
        for known, pattern, wanted, call in self.calls:
            if known == method and len(wanted) == len(parts) and all(
                    a == b or a.startswith("{") for a, b in zip(wanted, parts)):
                return pattern, call
        return None

    def is_free(self, schema):
        """Whether an object of it may have any members."""
        schema = self.resolved(schema)
        parts = schema.get("allOf", []) + schema.get("anyOf", [])
        return "properties" not in schema and all(self.is_free(part) for part in parts)

    def inside(self, schema):
        shut = dict(schema)
        for name, part in schema.items():
            if name == "properties":
                shut[name] = {member: self.shut(at) for member, at in part.items()}
            elif name == "items" or (name == "additionalProperties" and isinstance(part, dict)):
                shut[name] = self.shut(part)
            elif name in ("allOf", "anyOf"):
                shut[name] = [self.inside(at) for at in part]
        return shut

    def shut(self, schema):
        """The same, but that no object has members that it does not name."""
        shut = self.inside(schema)
        return shut if self.is_free(schema) else {**shut, "unevaluatedProperties": False}

    def validator(self, schema):
        components = {"schemas": {name: self.inside(at) for name, at in self.schemas.items()}}
        return jsonschema.Draft202012Validator({"components": components, **self.shut(schema)})

    def wrong(self, method, path, status, media, body):
        """What is wrong with an answer, as sentences."""
        found = self.call(method, path)
        if found is None:
            return [] if status in (404, 405) or method == "HEAD" else [f"{method} {path} is not described"]
        pattern, call = found
        if status in (405, 408, 429, 431, 500, 501, 505) or (status == 404 and "{" not in pattern):
            return []
        if str(status) not in call["responses"]:
            return [f"{method} {pattern}: its status {status} is not described"]
        content = self.resolved(call["responses"][str(status)]).get("content")
        if content is None:
            return [] if not body else [f"{method} {pattern}: {status} has a body, none is described"]
        if media not in content:
            return [f"{method} {pattern}: {status} is {media}, which is not described"]
        kind = (method, pattern, status)
        self.seen[kind] += 1
        if not media.endswith("json") or self.seen[kind] > OFTEN or len(body) > LARGE:
            return []
        if kind not in self.validators:
            self.validators[kind] = self.validator(content[media]["schema"])
        return [f"{method} {pattern}: {status} at {e.json_path}: {e.message[-400:]}"
                for e in self.validators[kind].iter_errors(json.loads(body))]


def load():
    with open(FILE, encoding="utf-8") as text:
        return Description(json.load(text))


DESCRIPTION = load() if jsonschema else None


def hold(method, path, status, media, body):
    """AssertionError if an answer is not as it is described."""
    wrong = DESCRIPTION.wrong(method, path, status, (media or "").partition(";")[0], body) if DESCRIPTION else []
    if wrong:
        raise AssertionError("daemon/openapi.json says otherwise: " + "; ".join(wrong[:3]))
