"""Certificates for a test, made by openssl: an authority, and servers on 127.0.0.1 that it signs.

    authority = Authority(directory)
    context = authority.context()  # for a server
    authority.file                 # for who verifies it
"""
import os
import ssl
import subprocess


def openssl(*arguments):
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


class Authority:
    def __init__(self, directory, name="authority"):
        self.directory, self.name = directory, name
        self.file, self.key = self._path("pem"), self._path("key")
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN=slad test {name}",
                "-addext", "basicConstraints=critical,CA:TRUE", "-keyout", self.key, "-out", self.file)

    def _path(self, ending):
        return os.path.join(self.directory, f"{self.name}.{ending}")

    def context(self, address="IP:127.0.0.1"):
        """Of a server with a certificate for the address."""
        key, request, signed, extra = (self._path(f"server.{e}") for e in ("key", "csr", "pem", "ext"))
        with open(extra, "w", encoding="ascii") as out:
            out.write(f"subjectAltName={address}\n")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=slad test server", "-keyout", key,
                "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self.key, "-CAcreateserial",
                "-days", "2", "-extfile", extra, "-out", signed)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(signed, key)
        return context
