"""The acting person, as the policies see him."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Actor:
    """A person's claimed name, his roles, and the cases on whose team he is or was."""

    name: str
    roles: frozenset[str]
    teams: frozenset[str]

    def entity(self) -> dict[str, Any]:
        """As the engine takes it."""
        teams = [{"__entity": {"type": "Case", "id": case}} for case in sorted(self.teams)]
        return {
            "uid": {"type": "Actor", "id": self.name},
            "attrs": {"roles": sorted(self.roles), "teams": teams},
            "parents": [],
        }
