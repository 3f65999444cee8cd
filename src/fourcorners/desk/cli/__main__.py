"""`python -m fourcorners.desk.cli`: the same as `fourcorners`."""

from __future__ import annotations

from fourcorners.desk.cli import main

main()
