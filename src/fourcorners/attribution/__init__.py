"""The join of logins with carrier assignments, its planner, the six outcomes. Owns no store."""
