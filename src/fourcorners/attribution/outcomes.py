"""The answer to one login: who can have held the address, and how sure that is.

A login at `t` asks about the whole of `U = [t - skew, t + skew]`. The assignments that overlap U on its address
(and port) are its matches, whichever source they come from. Then, in this order:

* `not_covered`: no source covers the address over the whole of U (`cover`, `doubts`); or there is no match, and
  all that cover it are logs whose silence proves nothing;
* `none`: there is no match;
* `shared`: no port tells the holders of the address apart. The login has none, and the address has port ranges or
  is said to be shared; or a match from a log that is said to be shared spans all ports. Nobody is told, only how
  many;
* `contradicted`: two or more covering sources name subscribers, and no subscriber is named by all of them. A
  covering source that is silent names nobody, so it contradicts nobody;
* `one`: all matches name one subscriber, and those of covering sources hold the address over the whole of U;
* `several`: everything else.

**More uncertainty never turns another outcome into `one`.** Suppose the answer is `one` under more uncertainty;
then it is `one` under less:

* wider skew: the smaller U lies in the larger one, so its matches are some of those, its coverage holds, and the
  subscriber holds all of it too. This is why holding U without a hole is asked for: with "exactly one"
  alone, widening would turn `none` into `one`. So a single subscriber next to whom *nobody* held the address
  within the uncertainty is `several` with one candidate and no name: the clock may be off by just that much;
* a port unknown instead of known: `one` without a port means that the address has no port ranges and nobody
  says that it is shared, so every match holds for each port;
* a subscriber sealed (null): an unnamed match counts as a candidate of its own, since nobody can tell whether it
  is somebody who is named. It is never `one`: that outcome has a name;
* coverage less or lost: matches of a source that does not cover still stand against `one`, so that losing a
  source's coverage never removes the one who speaks against.

`candidates` is the number of distinct subscribers named plus the number of unnamed matches.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from fourcorners.attribution import doubts
from fourcorners.attribution.asks import AS_READ
from fourcorners.attribution.asks import Asks
from fourcorners.attribution.fragility import VARIANTS
from fourcorners.attribution.judge import NOT_COVERED
from fourcorners.attribution.judge import OUTCOMES
from fourcorners.attribution.judge import Answers
from fourcorners.attribution.log import Log
from fourcorners.attribution.sources import AssignmentSource

Ints = npt.NDArray[np.int64]

_SAME, _DIFFERENT = 1, 2
_READINGS = pa.array(["not_covered", "same", "different"])
_MATCH = pa.struct([("source", pa.string()), ("id", pa.string())])

#: One row a login, in the order of the logins.
SCHEMA = pa.schema(
    [
        ("login", pa.string()),
        ("outcome", pa.string()),
        ("candidates", pa.int64()),
        ("subscribers", pa.list_(pa.string())),  # the one, or nobody
        ("covered_by", pa.list_(pa.string())),  # names of the sources that cover the login
        ("matches", pa.list_(_MATCH)),  # records to cite; empty where the outcome is `shared` or `not_covered`
        ("margin_ns", pa.int64()),  # from the instant to the nearest boundary of a match
        ("fragility", pa.struct([(name, pa.string()) for name in VARIANTS])),  # null: there is no such reading
    ]
)


def attribute(logins: pa.Table, sources: list[AssignmentSource], skew_ns: int) -> pa.Table:
    """Who can have held the address of each login.

    Args:
        logins: `id` (text), `ip` (an address), `port` (null if unknown) and `at` (ns UTC, never null).
        sources: the carriers' logs.
        skew_ns: the uncertainty on each side, not negative: of both clocks, and the resolution of the times.

    Returns:
        `SCHEMA`. The same input gives the same table.

    Raises:
        BadInput: `ATTRIBUTION_INPUT` for a text that is not an address, or a row of a log that cannot be compared.
    """
    log = Log.of(sources)
    asks = doubts.uncover(Asks.of(logins, log, skew_ns), log, skew_ns)
    answers = Answers.of(asks, log, skew_ns)
    n = logins.num_rows
    outcome, who, margin = (column[:n] for column in (answers.outcome, answers.who, answers.margin))
    login, source = np.nonzero(asks.covers[:n] & (outcome != NOT_COVERED)[:, np.newaxis])
    names = pa.array([each.name for each in log.sources], pa.string())
    columns = [
        logins["id"].combine_chunks().cast(pa.string()),
        pa.array(OUTCOMES).take(pa.array(outcome)),
        pa.array(answers.candidates[:n]),
        _lists(np.flatnonzero(who >= 0), log.names.take(pa.array(who[who >= 0])), n),
        _lists(login, names.take(pa.array(source)), n),
        _matches(answers, log, names, n),
        pa.array(margin, mask=margin < 0),
        _fragility(asks, answers),
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def _lists(owner: Ints, values: pa.Array, n: int) -> pa.ListArray:
    """Values as one list an owner; `owner` ascends."""
    offsets = np.searchsorted(owner, np.arange(n + 1)).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), values)


def _matches(answers: Answers, log: Log, names: pa.Array, n: int) -> pa.ListArray:
    """The records that match a login as read, in the order of the logs."""
    hits = answers.hits.sort_by([("id", "ascending"), ("row", "ascending")])
    ask, row = hits["id"].to_numpy(), hits["row"].to_numpy()
    row, ask = row[ask < n], ask[ask < n]
    fields = [names.take(pa.array(log.origin[row])), log.ids.take(pa.array(row))]
    return _lists(ask, pa.StructArray.from_arrays(fields, fields=list(_MATCH)), n)


def _fragility(asks: Asks, answers: Answers) -> pa.StructArray:
    """For each variant the strongest of its readings; a variant that exists and was not asked is not covered."""
    other = np.flatnonzero(asks.variant != AS_READ)
    read = asks.login[other]  # a login's number is that of its ask as read
    same = (answers.outcome[other] == answers.outcome[read]) & (answers.people[other] == answers.people[read])
    same &= answers.candidates[other] == answers.candidates[read]
    reading = np.where(answers.outcome[other] == NOT_COVERED, 0, np.where(same, _SAME, _DIFFERENT))
    strongest = np.zeros(asks.exists.shape, np.int64)
    np.maximum.at(strongest, (read, asks.variant[other]), reading)
    columns = [
        _READINGS.take(pa.array(strongest[:, number], mask=~asks.exists[:, number]))
        for number in range(len(VARIANTS))
    ]
    return pa.StructArray.from_arrays(columns, names=list(VARIANTS))
