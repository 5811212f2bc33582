"""Helpers for the executable lecture on optimization for training deep models.

Import the ring you need: ``widgets``, ``plots``, ``algorithms``, ``claims`` or ``exercises``.
Importing this package alone loads nothing else.
"""
