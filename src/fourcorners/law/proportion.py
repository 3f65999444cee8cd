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
from fourcorners.model.records import Reading

#: Times as many accounts as asked about, from which a return of more than `BULK` accounts is out of proportion.
DISPROPORTION = 10
#: The reason for which all rows of such a return are sealed.
REASON = "DISPROPORTIONATE_RETURN"

#: The fields that say whose a row is.
_WHOSE = ("account", "subscriber")
#: Fields that hold a word out of a short list, or a device, whoever the row is about.
_SHORT = ("action", "agent", "attribute", "currency")


#: An agent as RFC 9110 10.1.5 says it: a product, "/", a version; then a comment or other products. The group has
#: what is before the version's first dot.
_PRODUCT = r"(?s)\A([\w!#$%&'*+.^`|~-]+/[0-9][\w!#$%&'*+^`|~-]*)(?:\.[\w!#$%&'*+.^`|~-]*)?(?:[ \t].*)?\z"


class People:
    """How many people a return could be about, whatever its rows' verdicts will be.

    Distinct accounts or distinct subscribers, whichever is more. In a table a person's mapping says
    which column is the account. One that is the same in every row ("web"), with the users in another column, would
    make everybody's records one account's; so a table's distinct actions, devices, currencies, attributes, or
    values of one attribute count as well, if they are more. One account has few of each, but for user agents,
    which change with each release: of them the product counts, with the first number of its version.
    Other parties, amounts and addresses do not: one account can well have thousands. What was computed
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
        if reading.layout != COMPUTED:
            for batch in reading.batches:
                self.add_rows(batch.rows, batch.family, known=bool(reading.custodians))

    def add_rows(self, rows: pa.RecordBatch, family: str, *, known: bool) -> None:
        """Count rows, also those that came before under the same instrument: many small returns count together.

        Args:
            rows: columns of the family.
            family: their family.
            known: the format says itself what the account is; else a person's mapping does.
        """
        if self.reason:
            return
        names = [field for field in FAMILIES[family] if field in (_WHOSE if known else (*_WHOSE, *_SHORT))]
        for name in names:
            values = rows.column(name)
            self._count(name, _products(pc.unique(values)) if name == "agent" else values)
        if "value" in FAMILIES[family] and not known:
            for attribute, values in _facts(rows).items():
                self._count(f"value of {attribute}", values)

    def _count(self, name: str, values: pa.Array) -> None:
        found = self._found[name]
        for value in pc.unique(values.drop_null()).to_pylist():
            if len(found) > self._most:
                return
            found.add(value)


def _products(agents: pa.Array) -> pa.Array:
    """Agents without what changes often; one of another form stays whole."""
    return pc.replace_substring_regex(agents, _PRODUCT, r"\1")


def _facts(rows: pa.RecordBatch) -> dict[str, pa.Array]:
    """Each attribute with its distinct values."""
    facts = pa.table({name: rows.column(name) for name in ("attribute", "value")})
    facts = facts.filter(facts["value"].is_valid())
    found = defaultdict[str, list[str]](list)
    for fact in facts.group_by(facts.column_names).aggregate([]).to_pylist():
        found[fact["attribute"]].append(fact["value"])
    return {attribute: pa.array(values, pa.string()) for attribute, values in found.items()}
