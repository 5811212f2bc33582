"""The experiments that compute what the claims compare."""
