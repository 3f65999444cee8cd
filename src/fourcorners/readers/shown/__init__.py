"""What of a file's own words may stand in a report: a name can stand where a label does."""
