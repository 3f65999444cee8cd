"""Originals, slices and segments on disk; takes judged batches only."""
