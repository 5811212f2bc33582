"""The retained renderer: pictures whose unchanged artists stay drawn."""
