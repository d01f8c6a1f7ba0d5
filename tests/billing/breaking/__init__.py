"""The ten cases of docs/money.md that break a naive implementation, each named by its number there."""
