"""Handouts, slides and stored notebooks."""
