"""What the policies ask of an instrument: its periods and how it stands now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

#: The end of a retention period that nobody set: the engine's largest number.
NO_END = 2**63 - 1


@dataclass(frozen=True, slots=True)
class InstrumentFacts:
    """An instrument as it stands now; times are ns UTC. The schema says what each means."""

    id: str
    case: str
    categories: frozenset[str]
    readable_from: int
    retain_until: int
    quashed: bool
    destroyed: bool
    emergency: bool
    ratification_deadline: int
    ratified: bool

    def entity(self) -> dict[str, Any]:
        """As the engine takes it."""
        return {
            "uid": {"type": "Instrument", "id": self.id},
            "attrs": {
                "case": {"__entity": {"type": "Case", "id": self.case}},
                "categories": sorted(self.categories),
                "readable_from": self.readable_from,
                "retain_until": self.retain_until,
                "quashed": self.quashed,
                "destroyed": self.destroyed,
                "emergency": self.emergency,
                "ratification_deadline": self.ratification_deadline,
                "ratified": self.ratified,
            },
            "parents": [],
        }
