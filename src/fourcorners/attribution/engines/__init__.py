"""Engines that run the room's one relational plan."""
