"""Seeded generators of format-faithful productions, with the truth beside them. Imports the model only."""
