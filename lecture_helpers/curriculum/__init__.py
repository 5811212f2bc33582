"""Which examples come when: difficulty, pacing, and races between orders."""
