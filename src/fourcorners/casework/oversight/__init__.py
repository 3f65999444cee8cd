"""For whoever looks from outside: entries and proofs, witnesses, verification, why a decision came out so."""
