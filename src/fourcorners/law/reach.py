"""Whether a row belongs to an account that the instrument names.

Provider families: the row's account, normalised, is one of the accounts asked about.

Assignments (a carrier's log): the accounts asked about are addresses, IPv6 prefixes, lines or subscribers. A row
is reached if the asked address or prefix and the row's own overlap and the asked port lies in the row's block (a
row without ports holds the whole address; an ask without a port reaches every block), or if its account or
subscriber is one of the accounts asked about. Only assignments are reached by address: in a provider's log an
address is a fact about an account, not an account, so that a table of logins without an account column stays
undecidable.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from fourcorners.model.address import MAX_PORT
from fourcorners.model.address import Network
from fourcorners.model.address import parse_address
from fourcorners.model.identifier import Target
from fourcorners.model.identifier import normalise

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Reach:
    """The accounts of one instrument, prepared for whole columns."""

    accounts: tuple[Target, ...]

    def provider(self, rows: pa.RecordBatch) -> tuple[Mask, Mask]:
        """For each row of a provider family: whether it is reached, and whether it says an account at all."""
        column = rows.column("account")
        return self._named(column), column.is_valid().to_numpy(zero_copy_only=False)

    def carrier(self, rows: pa.RecordBatch) -> tuple[Mask, Mask]:
        """The same for assignments, where an address or a subscriber says it as well."""
        reached = self._addressed(rows)
        said = rows.column("ip").is_valid().to_numpy(zero_copy_only=False)
        for name in ("account", "subscriber"):
            reached |= self._named(rows.column(name))
            said |= rows.column(name).is_valid().to_numpy(zero_copy_only=False)
        return reached, said

    def near(self, rows: pa.RecordBatch) -> Mask:
        """For each assignment whether it is reached, or would be if it held other ports of its address.

        A log may tell the end of a prefix by its address alone, so the address of every network that holds an
        asked one is near.
        """
        near = self._holders.keys() | {text.partition("/")[0] for text in self._holders}
        held: Mask = pc.is_in(rows.column("ip"), value_set=pa.array(sorted(near), pa.string())).to_numpy(
            zero_copy_only=False
        )
        return held | self.carrier(rows)[0]

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(target.value for target in self.accounts if target.kind == "account")

    @cached_property
    def _holders(self) -> dict[str, frozenset[int | None]]:
        """Text of every network that holds an asked one, or is it -> the ports asked about there (None: all).

        A network that holds an address has exactly one canonical text per prefix length, so that the question
        becomes membership in a set of at most 129 texts an account.
        """
        holders: dict[str, set[int | None]] = {}
        for target in self.accounts:
            if target.kind != "account":
                network = target.network()
                texts = [str(network.supernet(new_prefix=length)) for length in range(network.prefixlen + 1)]
                for text in (*texts, target.value):
                    holders.setdefault(text, set()).add(target.port)
        return {text: frozenset(ports) for text, ports in holders.items()}

    @cached_property
    def _prefixes(self) -> tuple[Network, ...]:
        return tuple(target.network() for target in self.accounts if target.kind == "prefix")

    def _named(self, column: pa.Array) -> Mask:
        if not self._names:
            return np.zeros(len(column), np.bool_)
        return _by_distinct(column, lambda values: [normalise(value) in self._names for value in values])

    def _addressed(self, rows: pa.RecordBatch) -> Mask:
        column = rows.column("ip")
        reached = np.zeros(len(column), np.bool_)
        if self._holders:
            place = pc.index_in(column, value_set=pa.array(self._holders, pa.string()))
            rows_at = np.flatnonzero(place.is_valid())
            holder = place.drop_null().to_numpy()
            low = pc.fill_null(rows.column("port_low"), 0).to_numpy()[rows_at]
            high = pc.fill_null(rows.column("port_high"), MAX_PORT).to_numpy()[rows_at]
            for port in frozenset().union(*self._holders.values()):
                asked = np.array([port in ports for ports in self._holders.values()])[holder]
                reached[rows_at] |= asked if port is None else asked & (low <= port) & (port <= high)
        if self._prefixes:
            reached |= _by_distinct(column, self._inside)
        return reached

    def _inside(self, texts: Iterable[str]) -> list[bool]:
        """Whether each address or network begins within an asked IPv6 prefix (the rest of overlapping)."""
        return [
            ":" in text and any(parse_address(text.partition("/")[0]) in prefix for prefix in self._prefixes)
            for text in texts
        ]


def _by_distinct(column: pa.Array, holds: Callable[[list[str]], list[bool]]) -> Mask:
    """Ask once for every distinct value; null holds nothing."""
    encoded = pc.dictionary_encode(column)
    answers = np.array([*holds(encoded.dictionary.to_pylist()), False], np.bool_)
    codes = pc.fill_null(encoded.indices, len(answers) - 1).to_numpy(zero_copy_only=False)
    result: Mask = answers[codes]
    return result
