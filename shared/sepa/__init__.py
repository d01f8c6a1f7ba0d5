"""Paying by SEPA credit transfer: accounts, bank days, characters, the file and its checks. Pure: no Django."""
