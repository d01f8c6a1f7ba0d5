"""What merchants fill in, by subject."""
