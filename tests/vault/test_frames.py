from __future__ import annotations

import io
import secrets

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from fourcorners.model.errors import VerificationFailed
from fourcorners.vault.frames import FRAME
from fourcorners.vault.frames import MAGIC
from fourcorners.vault.frames import TAG
from fourcorners.vault.frames import FrameReader
from fourcorners.vault.frames import FrameWriter

KEY = secrets.token_bytes(32)
SIZES = (0, 1, FRAME - 1, FRAME, FRAME + 1, 2 * FRAME, 2 * FRAME + 17)


def sealed(data: bytes, parts: int = 1, context: bytes = b"x") -> bytes:
    out = io.BytesIO()
    with FrameWriter(out, KEY, context) as to:
        for start in range(0, len(data), max(1, len(data) // parts)):
            to.write(data[start : start + max(1, len(data) // parts)])
    return out.getvalue()


def opened(data: bytes, key: bytes = KEY, context: bytes = b"x") -> bytes:
    return FrameReader(io.BytesIO(data), key, context).read()


@pytest.mark.parametrize("size", SIZES)
def test_what_is_written_is_read(size: int) -> None:
    data = secrets.token_bytes(size)
    stored = sealed(data, 7)
    assert opened(stored) == data
    frames = max(1, -(-size // FRAME))
    assert len(stored) == len(MAGIC) + size + TAG * frames
    if size > 64:
        assert data[:32] not in stored


@settings(max_examples=60)
@given(
    st.sampled_from(SIZES),
    st.lists(
        st.tuples(st.integers(-10, 3 * FRAME), st.sampled_from([0, 1, 2]), st.integers(0, FRAME + 9)), max_size=8
    ),
)
def test_any_walk_through_the_file_reads_what_a_plain_file_gives(
    size: int, walk: list[tuple[int, int, int]]
) -> None:
    data = bytes(range(256)) * (size // 256) + bytes(size % 256)
    plain, reader = io.BytesIO(data), FrameReader(io.BytesIO(sealed(data)), KEY, b"x")
    for offset, whence, count in walk:
        if whence == 0 and offset < 0:
            continue
        assert reader.seek(offset, whence) == plain.seek(
            max(offset, -plain.tell()) if whence == 1 else offset, whence
        )
        assert reader.read(count) == plain.read(count)
        assert reader.tell() == plain.tell()


def test_every_changed_byte_is_found() -> None:
    stored = sealed(b"a row of a log")
    for place in range(len(stored)):
        broken = stored[:place] + bytes([stored[place] ^ 1]) + stored[place + 1 :]
        with pytest.raises(VerificationFailed):
            opened(broken)


@pytest.mark.parametrize("cut", [0, 4, len(MAGIC), len(MAGIC) + FRAME + TAG, len(MAGIC) + FRAME + TAG + 5])
def test_a_file_that_is_cut_anywhere_is_found(cut: int) -> None:
    with pytest.raises(VerificationFailed):
        opened(sealed(bytes(2 * FRAME + 9))[:cut])


def test_frames_cannot_be_exchanged_doubled_or_left_out() -> None:
    stored = sealed(secrets.token_bytes(3 * FRAME + 5))
    size = FRAME + TAG
    head, first, second, rest = (
        stored[:8],
        stored[8 : 8 + size],
        stored[8 + size : 8 + 2 * size],
        stored[8 + 2 * size :],
    )
    for other in (head + second + first + rest, head + first + first + rest, head + first + rest):
        with pytest.raises(VerificationFailed):
            opened(other)


def test_another_key_or_another_name_opens_nothing() -> None:
    stored = sealed(b"x" * 100)
    for key, context in ((secrets.token_bytes(32), b"x"), (KEY, b"y")):
        with pytest.raises(VerificationFailed):
            opened(stored, key, context)


def test_the_digest_is_that_of_what_lies_on_disk() -> None:
    from hashlib import sha256  # noqa: PLC0415 - only here

    out = io.BytesIO()
    with FrameWriter(out, KEY, b"x") as to:
        to.write(b"x" * (FRAME + 1))
    assert to.digest == sha256(out.getvalue()).hexdigest()
