"""Numbers without a gap, for what a company issues in a town: one series per issuer, town, kind and year."""
