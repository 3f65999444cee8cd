"""What lies outside scope: the filter team, and the opening by a court and two custodians."""
