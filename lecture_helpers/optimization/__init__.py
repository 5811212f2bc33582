"""Descent and its relatives on costs in numpy."""
