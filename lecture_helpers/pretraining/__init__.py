"""Networks that grow, are guided in the middle, or are trained all at once."""
