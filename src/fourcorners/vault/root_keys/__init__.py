"""The places where a root key is kept, one file each."""
