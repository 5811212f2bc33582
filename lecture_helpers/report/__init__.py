"""What readers see of the ledger: cards in notebooks, one table, and the list of lessons."""
