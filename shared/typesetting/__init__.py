"""Setting documents in type: PDF/A-3 for archives, PDF/UA for everybody, the same bytes for the same facts."""
