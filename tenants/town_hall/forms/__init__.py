"""What the town hall fills in, by subject."""
