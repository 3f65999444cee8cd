"""A witness over HTTP (C2SP tlog-witness): send checkpoints to it, ask for the last one seen."""

from __future__ import annotations

import time
from http.server import BaseHTTPRequestHandler
from http.server import ThreadingHTTPServer
from urllib.parse import parse_qs

from fourcorners.ledger import number
from fourcorners.ledger.submission import LARGEST
from fourcorners.ledger.submission import SECONDS
from fourcorners.ledger.witness import TEXT_TYPE
from fourcorners.ledger.witness import Answer
from fourcorners.ledger.witness import Witness
from fourcorners.model.errors import BadInput


def server(witness: Witness, host: str, port: int) -> ThreadingHTTPServer:
    """A server that answers for a witness; the caller runs it (`serve_forever`) and closes it.

    Args:
        witness: what it has seen, and its key.
        host: address to listen at.
        port: its port; 0 takes a free one.

    Raises:
        BadInput: `SYSTEM`: the address is in use, or not this machine's.
    """

    class Handler(BaseHTTPRequestHandler):
        """Two paths, everything else is not there."""

        server_version = "fourcorners-witness"
        sys_version = ""
        timeout = SECONDS

        def do_POST(self) -> None:
            """`/add-checkpoint`."""
            length = number.parse(self.headers.get("Content-Length", ""))
            if self.path.partition("?")[0] != "/add-checkpoint":
                self._send(_NOTHING)
            elif length is None or length > LARGEST:
                self._send(Answer(413, TEXT_TYPE, b"a checkpoint is shorter, and its length is said\n"))
            else:
                self._send(witness.add_checkpoint(self.rfile.read(length), int(time.time())))

        def do_GET(self) -> None:
            """`/checkpoint?origin=NAME`, and `/vkey`."""
            path, _, query = self.path.partition("?")
            if path == "/vkey":
                self._send(Answer(200, TEXT_TYPE, f"{witness.signer.verifier.vkey()}\n".encode()))
                return
            last = witness.last(_origin(query)) if path == "/checkpoint" else None
            self._send(_NOTHING if last is None else Answer(200, TEXT_TYPE, last))

        def _send(self, answer: Answer) -> None:
            self.close_connection = True  # a body that was not read must not be taken for a request
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.type)
            self.send_header("Content-Length", str(len(answer.body)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            """Nothing on stderr; what was refused stands among the witness's incidents."""

    try:
        return ThreadingHTTPServer((host, port), Handler)
    except OSError as error:
        raise BadInput(
            "SYSTEM",
            f"nothing can listen at {host}:{port}: {error.strerror}",
            where=f"{host}:{port}",
            next_step="name another place with --host and --port",
        ) from error


def _origin(query: str) -> str:
    try:
        return parse_qs(query, max_num_fields=_FIELDS).get("origin", [""])[0]
    except ValueError:
        return ""


#: Parts of the longest question that is looked at.
_FIELDS = 8
_NOTHING = Answer(404, TEXT_TYPE, b"there is nothing here\n")
