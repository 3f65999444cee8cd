"""The record of every step, chained so that a change shows to whoever holds an earlier head."""
