"""Stored notebooks, and the site: pages and slides that need no Python."""
