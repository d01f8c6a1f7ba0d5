"""Addresses and ways that several audiences take."""

BASE = "/points-de-retrait/base-aerienne/"

CHEESE = "/boutiques/fromagerie-amandine/"

SIGN_IN = "/compte/login/"
