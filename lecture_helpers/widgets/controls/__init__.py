"""Controls: what a range or a choice in `explore` becomes."""
