"""Who acts, who is on a team, and what waits for other persons."""
