"""Costs to descend on, with their gradients and known minima."""
