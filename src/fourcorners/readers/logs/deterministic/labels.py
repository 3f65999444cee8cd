"""What kind of statement it is, in Junos' own words: all that is shown or stored of one.

A configuration holds names and secrets at any place, so no message and no record has another word of it.
"""

from __future__ import annotations

OTHER = "statement of another kind"
#: How many levels of a statement are named.
_LEVELS = 6
_WORDS = """
    access address address-allocation address-book address-pooling address-range applications apply-groups as
    bridge-domains chassis class-of-service comment deactivate deterministic deterministic-port-block-allocation
    dynamic-profiles event-options filtering-type firewall forwarding-options from groups host
    include-boundary-addresses interfaces jsrc match match-direction mapping-type multi-chassis nat nat-rule-sets
    nat-rules policies policy-options pool port protocols routing-instances routing-options rule rule-set security
    service-set services snmp source source-address source-pool system term then translated translation-type
    version vlans
"""
_LABELS = frozenset(_WORDS.split())


def label(words: tuple[str, ...]) -> str:
    """What kind of statement it is, in Junos' own words."""
    return " ".join(word for word in words[:_LEVELS] if word in _LABELS) or OTHER
