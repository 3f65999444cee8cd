"""A real time-stamping authority on this machine: OpenSSL's `ts`, by file and over HTTP."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from http.server import HTTPServer
from pathlib import Path

import pytest

from fourcorners.ledger import timestamp

CONFIG = """\
[ tsa ]
default_tsa = t
[ t ]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
[ req ]
distinguished_name = dn
[ dn ]
[ root ]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[ leaf ]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
"""


class Authority:
    """A time-stamping authority in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.config = folder / "tsa.cnf"
        self.config.write_text(CONFIG.format(folder=folder))
        (folder / "serial").write_text("01\n")
        new = [
            "req",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-config",
            str(self.config),
        ]
        root = [*new, "-x509", "-days", "30", "-subj", "/CN=Test root", "-extensions", "root"]
        self.run(*root, "-keyout", "root.key", "-out", "root.pem")
        self.run(*new, "-subj", "/CN=Test authority", "-keyout", "tsa.key", "-out", "tsa.csr")
        sign = ["x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial"]
        self.run(*sign, "-days", "30", "-extfile", str(self.config), "-extensions", "leaf", "-out", "tsa.pem")

    def run(self, *words: str) -> None:
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)

    @property
    def roots(self) -> bytes:
        return (self.folder / "root.pem").read_bytes()

    def answer(self, query: bytes) -> bytes:
        (self.folder / "q.tsq").write_bytes(query)
        self.run("ts", "-reply", "-config", str(self.config), "-queryfile", "q.tsq", "-out", "r.tsr")
        return (self.folder / "r.tsr").read_bytes()


def make(folder: Path) -> Authority:
    if shutil.which("openssl") is None:
        pytest.skip("NOT CHECKED: time stamps, for want of openssl (Debian package openssl)")
    return Authority(folder)


@contextmanager
def serving(authority: Authority) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            if self.path == "/broken":
                self.send_error(503)
                return
            assert self.headers["Content-Type"] == timestamp.REQUEST_TYPE
            body = authority.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()
