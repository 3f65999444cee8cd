"""Values: frozen, without input or output. Every other room speaks in these."""
