"""The lecture's data sets, offline and the same for everyone."""
