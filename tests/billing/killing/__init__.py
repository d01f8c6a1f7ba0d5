"""Workers that are killed between a commit and a call: after a restart, exactly one effect."""
