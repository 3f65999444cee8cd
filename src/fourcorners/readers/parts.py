"""A large member is read in parts: readings of one piece after another, in order, that add up to one."""

from __future__ import annotations

from collections import Counter
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

import pyarrow as pa

from fourcorners.model.records import Batch
from fourcorners.model.records import Reading
from fourcorners.model.records import Unclassified


def joined(parts: Iterable[Reading]) -> Reading:
    """One reading of the whole member; there is at least one part, and what all of them say the first one says."""
    batches, holes = list[Batch](), list[pa.Array]()
    boilerplate = 0
    unclassified, labels = Counter[str](), Counter[str]()
    restarts = defaultdict[str, tuple[int, ...]](tuple)
    first: Reading | None = None
    for part in parts:
        first = first or part
        batches += part.batches
        holes.append(part.holes)
        boilerplate += part.boilerplate
        unclassified.update({each.path: each.texts for each in part.unclassified})
        labels.update(part.labels)
        for server, times in part.restarts.items():
            restarts[server] += times
    assert first is not None
    return replace(
        first,
        batches=tuple(batches),
        boilerplate=boilerplate,
        unclassified=tuple(Unclassified(path, texts) for path, texts in unclassified.items()),
        labels=dict(labels),
        holes=pa.concat_arrays(holes),
        restarts=dict(restarts),
    )
