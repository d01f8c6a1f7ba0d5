"""A replacement for what a shop cannot supply: proposed, answered by its customer, priced once.

A merchant proposes, the customer accepts or prefers the money, and whoever does not answer in time is given it back:
without consent nothing is sold.
"""
