"""Originals, slices and segments on disk; takes judged batches only, writes once, never changes."""
