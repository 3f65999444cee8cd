"""The surfaces that people touch: the command line."""
