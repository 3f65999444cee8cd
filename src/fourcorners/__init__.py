"""Fourcorners: legal-process returns, kept in scope.

The rooms, from the ground up: ``model`` (values), ``law`` (decisions), then five rooms that do not know
each other (``readers``, ``attribution``, ``vault``, ``ledger``, ``report``), ``casework`` (use cases, the
only room that joins the five) and ``desk`` (command line). ``samples`` makes synthetic productions.
"""

__version__ = "0.1.0"
