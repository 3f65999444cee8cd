"""The kinds of table that a mapping may declare, and the record family that each gives.

A meaning (`ip`, `start`, …) is a key of the mapping's `[columns]`; it fills the family's field of that name,
`start` fills `at` and `end` fills `until`.
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field


@dataclass(frozen=True, slots=True)
class Kind:
    """What one kind of table makes of its columns.

    Attributes:
        family: key of `records.FAMILIES`.
        category: data category of a row as such.
        required: meanings without which the kind says nothing; a blank cell there is a problem of the row.
        optional: meanings that it may have.
        together: meanings that come all or not at all.
        field_categories: data category of the fields that differ from their row's.
        may_be_blank: required columns whose cells may be blank. An assignment to nobody named still says that the
            address was in use: without it, another row could seem to be the only one.
        note: why a column is required that a person might leave out, for messages.
    """

    family: str
    category: str
    required: tuple[str, ...]
    optional: tuple[str, ...]
    together: tuple[str, ...] = ()
    field_categories: Mapping[str, str] = field(default_factory=dict)
    may_be_blank: tuple[str, ...] = ()
    note: str = ""

    def fits(self, meanings: Collection[str]) -> bool:
        """Whether these columns make this kind."""
        given = set(meanings)
        return (
            given.issuperset(self.required)
            and given.issubset((*self.required, *self.optional, *self.together))
            and (given.isdisjoint(self.together) or given.issuperset(self.together))
            and not (given.intersection(self.together) and "port" in given)
        )

    def words(self) -> str:
        """The columns in words, for messages."""
        optional = [*self.optional, " with ".join(self.together)] if self.together else list(self.optional)
        words = f"{', '.join(self.required)} (and if there is one: {', '.join(optional)})"
        return f"{words}; {self.note}" if self.note else words


_AGENT = {"agent": "transactional_noncontent"}
_ENDPOINT = {"ip": "session_ip_log", "port": "session_ip_log"}
_CALL = ("account", "party", "action", "ip", "port")

#: Kind -> its shapes, the first that fits the columns counts: a login has an instant or an interval.
KINDS: dict[str, tuple[Kind, ...]] = {
    "assignment": (
        Kind(
            family="assignment",
            category="session_ip_log",
            required=("ip", "start", "end", "subscriber"),
            optional=("account", "port"),
            together=("port_low", "port_high"),
            field_categories={"subscriber": "subscriber_identity", "account": "subscriber_identity"},
            may_be_blank=("subscriber",),
            note="a blank `end` means still assigned; without the column every assignment would go on for ever",
        ),
    ),
    "login": (
        Kind("login", "session_ip_log", ("ip", "at"), ("account", "port", "action", "agent"), (), _AGENT),
        Kind(
            "session",
            "session_ip_log",
            ("ip", "start"),
            ("end", "account", "port", "action", "agent"),
            (),
            _AGENT,
        ),
    ),
    "subscriber": (Kind("subscriber", "subscriber_identity", ("subscriber",), ("account", "attribute", "value")),),
    "call": (
        Kind("call", "telephone_connection_records", ("at",), _CALL, (), _ENDPOINT),
        Kind("call", "telephone_connection_records", ("start",), ("end", *_CALL), (), _ENDPOINT),
    ),
    "payment": (Kind("payment", "payment", ("at", "amount"), ("account", "currency", "party")),),
}
