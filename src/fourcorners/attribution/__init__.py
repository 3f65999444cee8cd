"""Who held this address at this instant: one join, its planner, its outcomes, and dated network names.

The room takes and gives Arrow. It owns no store and reads no file but a table of networks.
"""
