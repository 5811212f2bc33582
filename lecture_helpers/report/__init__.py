"""What readers see of the ledger: cards in notebooks, one table, and the list of lessons."""

from lecture_helpers.report.cards import evidence, stored_runs
from lecture_helpers.report.ledger_table import LedgerTable

__all__ = ["LedgerTable", "evidence", "stored_runs"]
