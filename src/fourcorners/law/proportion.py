"""Whether a return is about so many people that it is out of proportion to what was asked (M50).

The rule: more than 100, the number from which a demand is bulk, and more than ten times as many as asked.
"""

from __future__ import annotations

from collections import defaultdict

import pyarrow as pa
import pyarrow.compute as pc

from fourcorners.law.refusals import BULK
from fourcorners.model.records import COMPUTED
from fourcorners.model.records import FAMILIES
from fourcorners.model.records import Batch
from fourcorners.model.records import Reading

#: Times as many accounts as asked about, from which a return of more than `BULK` accounts is out of proportion.
DISPROPORTION = 10
#: The reason for which all rows of such a return are sealed.
REASON = "DISPROPORTIONATE_RETURN"

#: The fields that say whose a row is.
_WHOSE = ("account", "subscriber")
#: Fields that hold a word out of a short list, or a device, whoever the row is about.
_SHORT = ("action", "agent", "attribute", "currency")


class People:
    """How many people a return could be about, whatever its rows' verdicts will be.

    Distinct accounts or distinct subscribers, whichever is more. In a table a person's mapping says
    which column is the account. One that is the same in every row ("web"), with the users in another column, would
    make everybody's records one account's; so a table's distinct actions, devices, currencies, attributes, or
    values of one attribute count as well, if they are more. One account has few of each, but for user agents as
    browsers send them (product "/" version, RFC 9110 10.1.5), which change with each release and are not counted.
    Other parties, amounts and addresses are not either: one account can well have thousands. What was computed
    from a configuration tells of no person: it names every inside address that there could be.

    No more values are remembered than answer the question.
    """

    def __init__(self, asked: int) -> None:
        """Take the number of accounts that the instrument asks about."""
        self._most = max(BULK, DISPROPORTION * asked)
        self._found = defaultdict[str, set[str]](set)

    @property
    def found(self) -> int:
        """The number, or one that is too large if it is."""
        return max(map(len, self._found.values()), default=0)

    @property
    def reason(self) -> str | None:
        """`REASON` if there are too many, else None."""
        return REASON if self.found > self._most else None

    def add(self, reading: Reading) -> None:
        """Count the rows of a reading, or of a part of one."""
        if self.reason or reading.layout == COMPUTED:
            return
        names = _WHOSE if reading.custodians else (*_WHOSE, *_SHORT)
        for batch in reading.batches:
            for name in FAMILIES[batch.family]:
                if name in names:
                    values = batch.rows.column(name)
                    self._count(name, _no_browsers(pc.unique(values)) if name == "agent" else values)
            if "value" in FAMILIES[batch.family] and not reading.custodians:
                for attribute, values in _facts(batch).items():
                    self._count(f"value of {attribute}", values)

    def add_whose(self, rows: pa.RecordBatch) -> None:
        """Count rows that came before under the same instrument: many small returns count together."""
        for name in _WHOSE:
            if name in rows.schema.names:
                self._count(name, rows.column(name))

    def _count(self, name: str, values: pa.Array) -> None:
        found = self._found[name]
        for value in pc.unique(values.drop_null()).to_pylist():
            if len(found) > self._most:
                return
            found.add(value)


def _no_browsers(values: pa.Array) -> pa.Array:
    return values.filter(pc.invert(pc.match_substring(values, "/")))


def _facts(batch: Batch) -> dict[str, pa.Array]:
    """Each attribute with its distinct values."""
    facts = pa.table({name: batch.rows.column(name) for name in ("attribute", "value")})
    facts = facts.filter(facts["value"].is_valid())
    found = defaultdict[str, list[str]](list)
    for fact in facts.group_by(facts.column_names).aggregate([]).to_pylist():
        found[fact["attribute"]].append(fact["value"])
    return {attribute: pa.array(values, pa.string()) for attribute, values in found.items()}
