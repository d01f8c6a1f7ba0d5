"""The story's own small parts: how it reads pages, finds buttons, opens letters."""
