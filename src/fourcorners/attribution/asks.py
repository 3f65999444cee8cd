"""What is asked of the logs: every login as it was read, and every login as it might have been misread."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fourcorners.attribution.cover import asks_about
from fourcorners.attribution.cover import covers_time
from fourcorners.attribution.fragility import TRANSPOSED
from fourcorners.attribution.fragility import VARIANTS
from fourcorners.attribution.fragility import other_instants
from fourcorners.attribution.fragility import transpositions
from fourcorners.attribution.keys import login_keys
from fourcorners.attribution.log import Log
from fourcorners.model.address import Address
from fourcorners.model.address import parse_address
from fourcorners.model.errors import BadInput

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

#: The variant of a login as it was read.
AS_READ = -1

#: RFC 6598: the space between customers and a carrier's translator is shared by definition.
_SHARED_SPACE = (100 << 24 | 64 << 16, 100 << 24 | 127 << 16 | 0xFFFF)


@dataclass(frozen=True, slots=True)
class Asks:
    """Columns of equal length, the logins as read first and in their order.

    Attributes:
        login: number of the login.
        variant: number in `VARIANTS`, or `AS_READ`.
        t: instant, ns.
        code: number of the address in `addresses`.
        port: source port, -1 if unknown.
        covers: for each ask and source, whether that source covers it.
        shared: whether the address is shared and no port was recorded.
        exists: for each login and variant, whether there is such a variant at all.
    """

    login: Ints
    variant: Ints
    t: Ints
    code: Ints
    port: Ints
    addresses: list[Address]
    covers: Bools
    shared: Bools
    exists: Bools

    @classmethod
    def of(cls, logins: pa.Table, log: Log, skew: int) -> Self:
        """Every login and its variants.

        Raises:
            BadInput: `ATTRIBUTION_INPUT` for a text that is not an address.
        """
        addresses, code = _addresses(logins)
        n = len(code)
        at = logins["at"].to_numpy()
        port = logins["port"].fill_null(-1).to_numpy().astype(np.int64)
        everyone = np.arange(n)
        parts = [(everyone, np.full(n, AS_READ), at, code)]
        exists = np.zeros((n, len(VARIANTS)), bool)
        for number, instants, possible in other_instants(at):
            exists[:, number] = possible
            parts.append(
                (everyone[possible], np.full(int(possible.sum()), number), instants[possible], code[possible])
            )
        addresses, has_any, pairs = _neighbours(addresses, log)
        exists[:, TRANSPOSED] = has_any[code]
        for old, new in pairs:
            mine = everyone[code == old]
            parts.append((mine, np.full(len(mine), TRANSPOSED), at[mine], np.full(len(mine), new)))
        login, variant, t, code = (np.concatenate(column) for column in zip(*parts, strict=True))
        port = port[login]
        asked = [asks_about(source, addresses, code, port) for source in log.sources]
        covers = [
            each & covers_time(source.coverage, t, skew) for source, each in zip(log.sources, asked, strict=True)
        ]
        said = [each for source, each in zip(log.sources, asked, strict=True) if source.coverage.shared is True]
        k = login_keys(addresses)[0]
        low, high = _SHARED_SPACE
        shared = (np.isin(k, log.ported) | ((k >= low) & (k <= high)))[code]
        for each in said:
            shared |= each
        return cls(
            login,
            variant,
            t,
            code,
            port,
            addresses,
            np.stack(covers, axis=1) if covers else np.zeros((len(t), 0), bool),
            shared & (port < 0),
            exists,
        )

    def table(self, chosen: Ints, *, low_half: bool) -> pa.Table:
        """The chosen asks as the plan's `logins`, with `covers` as a list of one flag a source."""
        k, p, q = (column[self.code[chosen]] for column in login_keys(self.addresses))
        is_v4 = np.array([isinstance(each, IPv4Address) for each in self.addresses], bool)[self.code[chosen]]
        port = self.port[chosen]
        columns = {
            "id": pa.array(chosen),
            "k": pa.array(k),
            "p": pa.array(np.where(is_v4, port, p), mask=is_v4 & (port < 0)),
            "t": pa.array(self.t[chosen]),
            "covers": pa.FixedSizeListArray.from_arrays(
                pa.array(self.covers[chosen].ravel()), self.covers.shape[1]
            ),
        }
        return pa.table(columns | ({"q": pa.array(q)} if low_half else {}))


def _addresses(logins: pa.Table) -> tuple[list[Address], Ints]:
    """Distinct addresses, and the number of each login's; two texts may be one address."""
    texts = logins["ip"].combine_chunks().dictionary_encode()
    found: dict[Address, int] = {}
    numbers = []
    for text in texts.dictionary.to_pylist():
        try:
            numbers.append(found.setdefault(parse_address(text), len(found)))
        except ValueError as error:
            raise BadInput(
                "ATTRIBUTION_INPUT",
                f"{text!r} is not an address",
                why="a login without an address cannot be compared",
                next_step="leave out logins without an address",
            ) from error
    return list(found), np.array(numbers, np.int64)[texts.indices.to_numpy(zero_copy_only=False)]


def _neighbours(addresses: list[Address], log: Log) -> tuple[list[Address], Bools, list[tuple[int, int]]]:
    """The addresses, with those added that a transposed digit leads to and that some log was asked about.

    Returns:
        All addresses; which of the given ones have a neighbour at all; pairs of an address and an added or given
        neighbour. Neighbours that nobody asked about are not covered, and are not worth a question.
    """
    near = [[parse_address(text) for text in transpositions(str(each))] for each in addresses]
    distinct = list(dict.fromkeys(each for some in near for each in some))
    asked = np.zeros(len(distinct), bool)
    for source in log.sources:
        asked |= asks_about(source, distinct, np.arange(len(distinct)), None)
    wanted = {each for each, flag in zip(distinct, asked, strict=True) if flag}
    known = {each: number for number, each in enumerate(addresses)}
    for each in distinct:
        if each in wanted:
            known.setdefault(each, len(known))
    pairs = [(number, known[each]) for number, some in enumerate(near) for each in some if each in wanted]
    return list(known), np.array([bool(some) for some in near], bool), pairs
