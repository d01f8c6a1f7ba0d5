"""The files of what was issued, kept for ten years: written once, each with its SHA-256, in its town's own schema."""
