"""PDFs: their text in lines, and no silent loss of pages."""

from __future__ import annotations

import io

import pypdf
import pytest
import typst

from fourcorners.model.errors import BadInput
from fourcorners.readers.meta import READER
from fourcorners.readers.pdf import derive

RECORD = r"""
#set page(width: 210mm, height: 45mm, margin: 10mm,
  footer: [Meta Platforms Business Record Page #context counter(page).display()])
Service \ Facebook \ Target \ 100000000000001 \ Generated \ 2026-03-09 10:00:00 UTC \
Ip Addresses \
IP Address \ 203.0.113.7:1135 \ Time \ 2026-03-01 00:00:59 UTC \ Action \ Login \
IP Address \ \[2001:db8::1\]:59483 \ Time \ 2026-03-01 00:01:59 UTC
"""


def compile_pdf(source: str) -> bytes:
    pdf: bytes = typst.compile(source.encode())
    return pdf


def refusal(data: bytes) -> str:
    with pytest.raises(BadInput) as caught:
        derive(data)
    return caught.value.code


def test_the_record_is_read_from_its_pdf() -> None:
    suffix, text = derive(compile_pdf(RECORD))
    assert suffix.startswith("text@pypdfium2-")
    assert READER.detect("x.pdf!" + suffix, text)
    reading = READER.read(text)
    (batch,) = reading.batches
    assert batch.rows.column("ip").to_pylist() == ["203.0.113.7", "2001:db8::1"]
    assert batch.rows.column("port").to_pylist() == [1135, 59483]
    assert batch.rows.column("at_text").to_pylist() == ["2026-03-01 00:00:59 UTC", "2026-03-01 00:01:59 UTC"]
    assert reading.layout == "E"


def test_damaged_cut_encrypted_and_empty_files_are_refused() -> None:
    pdf = compile_pdf(RECORD)
    assert refusal(b"") == "PDF"
    assert refusal(b"%PDF-1.7 nothing %%EOF") == "PDF"
    assert refusal(pdf[: len(pdf) * 2 // 3]) == "PDF"
    assert refusal(compile_pdf("#rect()")) == "PDF"
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf))
    writer.encrypt("secret", algorithm="RC4-128")
    locked = io.BytesIO()
    writer.write(locked)
    assert refusal(locked.getvalue()) == "PDF"
