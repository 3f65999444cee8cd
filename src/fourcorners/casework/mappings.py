"""Declared mappings: what a person says the columns of a table mean, with the custodian's certificate."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from fourcorners.casework.workspace import Workspace
from fourcorners.model.errors import BadInput
from fourcorners.model.errors import Refused
from fourcorners.readers.logs.mapping import LogMapping
from fourcorners.readers.mapping import DeclaredReader
from fourcorners.readers.mapping import parse_mapping
from fourcorners.readers.mapping import reader_of
from fourcorners.readers.table.mapping import TableMapping


@dataclass(frozen=True, slots=True)
class DeclaredMapping:
    """A mapping, who declared it, and the certificate that came with the table.

    `text` is the mapping file's own text: evidence, stored as it is and parsed again at each use.
    """

    name: str
    text: str
    by: str
    certificate: str
    certificate_sha256: str

    @property
    def mapping(self) -> TableMapping | LogMapping:
        """The parsed mapping."""
        return parse_mapping(self.text.encode(), self.name)

    def reader(self) -> DeclaredReader:
        """The reader that this mapping makes of a table or log."""
        return reader_of(self.mapping, self.by)

    def body(self) -> dict[str, Any]:
        """As it is stored beside the return."""
        return {
            "name": self.name,
            "sha256": sha256(self.text.encode()).hexdigest(),
            "text": self.text,
            "by": self.by,
            "certificate": self.certificate,
            "certificate_sha256": self.certificate_sha256,
        }

    @classmethod
    def stored(cls, body: dict[str, Any]) -> DeclaredMapping:
        """The mapping of a return that is stored."""
        return cls(body["name"], body["text"], body["by"], body["certificate"], body["certificate_sha256"])


def load(workspace: Workspace, path: Path) -> DeclaredMapping:
    """Read a mapping file and hash the certificate beside it; the acting person declares it.

    Args:
        workspace: where a refusal is written down.
        path: the TOML file.

    Raises:
        BadInput: `MAPPING_FILE`, `NOT_FOUND`.
        Refused: `NO_CERTIFICATE`: a table that nobody certified may be bought data (M51).
    """
    with workspace.attempt("mapping", {}) as known:
        data = _bytes(path)
        known["mapping"] = sha256(data).hexdigest()
        mapping = parse_mapping(data, path.name)
        if mapping.certificate is None:
            raise _no_certificate(path, f"{path.name} names no certificate of the custodian")
        content = _bytes(path.parent / mapping.certificate)
        if not content.strip() or content == data:
            raise _no_certificate(
                path, f"{mapping.certificate} certifies nothing: it is empty, or the mapping itself"
            )
        certificate = sha256(content).hexdigest()
        return DeclaredMapping(path.name, data.decode(), workspace.actor, mapping.certificate, certificate)


def check_files(declared: DeclaredMapping, hashes: list[str]) -> None:
    """A table does not certify itself.

    Raises:
        Refused: `NO_CERTIFICATE`.
    """
    if declared.certificate_sha256 in hashes:
        raise _no_certificate(Path(declared.name), f"{declared.certificate} is the table itself")


def _no_certificate(path: Path, what: str) -> Refused:
    return Refused(
        "PRODUCT",
        "NO_CERTIFICATE",
        what,
        where=str(path),
        why="a table without its custodian's certificate may be bought or leaked data",
        next_step='ask the custodian for one and name it: certificate = "certificate.txt"',
    )


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(
            "NOT_FOUND",
            f"{path} cannot be read: {error.strerror}",
            where=str(path),
            next_step="check the path; the certificate stands beside the mapping",
        ) from error
