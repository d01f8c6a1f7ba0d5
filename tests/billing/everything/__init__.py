"""Everything that can happen to the money of two towns, in any order, and what must be true after each of it."""
