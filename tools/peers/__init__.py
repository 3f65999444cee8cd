"""What `write_peers.py` is made of: productions, runs of both tools, one neutral score, the page."""
