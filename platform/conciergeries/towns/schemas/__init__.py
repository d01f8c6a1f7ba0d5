"""A town's schema: made at its opening from a script, which is written once for each version of the migrations."""
