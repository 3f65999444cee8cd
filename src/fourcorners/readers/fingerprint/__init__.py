"""The fingerprint of a file: its structure with no value in it, for whoever keeps the readers."""

from __future__ import annotations

from fourcorners.readers.fingerprint.document import ABOUT
from fourcorners.readers.fingerprint.document import LIMIT
from fourcorners.readers.fingerprint.document import Fingerprint
from fourcorners.readers.fingerprint.document import fingerprint_of
from fourcorners.readers.fingerprint.member import Structure
from fourcorners.readers.fingerprint.member import structure_of

__all__ = ["ABOUT", "LIMIT", "Fingerprint", "Structure", "fingerprint_of", "structure_of"]
