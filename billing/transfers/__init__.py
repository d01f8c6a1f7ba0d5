"""Payouts by SEPA credit transfer: a file that staff download, send to their bank, and confirm line by line."""
