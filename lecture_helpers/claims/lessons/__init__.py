"""The claims as declared: sentence, arms, thresholds, seeds; one file a lesson."""
