"""What happens inside a network: normalization, signals, gradients, loss slices."""
