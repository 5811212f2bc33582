"""What the lecture teaches: arrays in, arrays out."""
