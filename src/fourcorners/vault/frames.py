"""Encrypted files that can be read from any place: AES-256-GCM in frames, in the manner of STREAM.

A file is a header of 8 bytes and frames of 256 KiB of plain bytes, each followed by its tag; the last is shorter,
or empty. A frame's nonce is its number (11 bytes) and whether it is the last one (1 byte), so frames can be
neither exchanged nor left out, nor the file cut. The key is made for one file and never used again; what the file
is (its owner and name) is authenticated with every frame.

STREAM: Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption and its Nonce-Reuse
Misuse-Resistance", CRYPTO 2015.
"""

from __future__ import annotations

import io
from collections import OrderedDict
from hashlib import sha256
from typing import Any
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fourcorners.model.errors import VerificationFailed

MAGIC = b"4corner\x01"
FRAME = 256 * 1024
TAG = 16
#: Frames kept open while reading: a columnar file is read at several places in turn.
_CACHE = 8


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


class FrameWriter(io.RawIOBase):
    """Writes plain bytes as frames; `digest` is the hash of what lies on disk, once it is closed."""

    def __init__(self, out: BinaryIO, key: bytes, context: bytes) -> None:
        """Take an open file, a fresh key of 32 bytes, and what the file is."""
        super().__init__()
        self._out = out
        self._cipher = AESGCM(key)
        self._context = context
        self._waiting = bytearray()
        self._number = 0
        self._written = 0
        self._digest = sha256()
        self._put(MAGIC)

    @property
    def digest(self) -> str:
        """SHA-256 over header and frames, hex."""
        return self._digest.hexdigest()

    def writable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """Plain bytes written so far."""
        return self._written

    def write(self, data: Any) -> int:
        """Add plain bytes."""
        view = memoryview(data).cast("B")
        size, at = len(view), 0
        self._written += size
        # a frame leaves only when more follows, so that the last one is known for it
        if self._waiting and len(self._waiting) + size > FRAME:
            at = FRAME - len(self._waiting)
            self._waiting += view[:at]
            self._seal(self._waiting, last=False)
            self._waiting.clear()
        while size - at > FRAME:
            self._seal(view[at : at + FRAME], last=False)
            at += FRAME
        self._waiting += view[at:]
        return size

    def close(self) -> None:
        """Write the last frame; the file under it stays open."""
        if not self.closed:
            self._seal(self._waiting, last=True)
            self._waiting.clear()
        super().close()

    def _seal(self, plain: bytearray | memoryview, *, last: bool) -> None:
        self._put(self._cipher.encrypt(_nonce(self._number, last=last), plain, self._context))
        self._number += 1

    def _put(self, data: bytes) -> None:
        self._out.write(data)
        self._digest.update(data)


class FrameReader(io.RawIOBase):
    """Reads plain bytes from any place."""

    def __init__(self, file: BinaryIO, key: bytes, context: bytes, name: str = "") -> None:
        """Take an open file, its key, what the file is, and how errors call it.

        Raises:
            VerificationFailed: `TAMPERED`, if it is no such file.
        """
        super().__init__()
        self._file = file
        self._cipher = AESGCM(key)
        self._context = context
        self._name = name
        self._frames: OrderedDict[int, bytes] = OrderedDict()
        self._at = 0
        sealed = file.seek(0, io.SEEK_END) - len(MAGIC)
        file.seek(0)
        if sealed < TAG or file.read(len(MAGIC)) != MAGIC:
            raise self._tampered()
        self._count = -(-sealed // (FRAME + TAG))
        self._size = sealed - self._count * TAG
        if self._size < 0:
            raise self._tampered()
        self._frame(self._count - 1)  # the end is authentic, and so is the size

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def tell(self) -> int:
        """The place that is read next."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer, as far as the file goes.

        Raises:
            VerificationFailed: `TAMPERED`.
        """
        into = memoryview(buffer).cast("B")
        done = 0
        while done < len(into) and self._at < self._size:
            number, within = divmod(self._at, FRAME)
            part = self._frame(number)[within : within + len(into) - done]
            into[done : done + len(part)] = part
            done += len(part)
            self._at += len(part)
        return done

    def close(self) -> None:
        """Close the file under it too."""
        if not self.closed:
            self._file.close()
        super().close()

    def _frame(self, number: int) -> bytes:
        if number in self._frames:
            self._frames.move_to_end(number)
            return self._frames[number]
        self._file.seek(len(MAGIC) + number * (FRAME + TAG))
        sealed = self._file.read(FRAME + TAG)
        nonce = _nonce(number, last=number == self._count - 1)
        try:
            plain = self._cipher.decrypt(nonce, sealed, self._context)
        except InvalidTag:
            raise self._tampered() from None
        self._frames[number] = plain
        if len(self._frames) > _CACHE:
            self._frames.popitem(last=False)
        return plain

    def _tampered(self) -> VerificationFailed:
        return VerificationFailed(
            "TAMPERED",
            f"{self._name or 'a sealed file'} is not what was stored",
            where=self._name,
            why="records of the case rest on it",
            next_step="keep the workspace as it is and restore the file from a backup",
        )
