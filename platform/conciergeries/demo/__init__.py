"""The demo's invented shops and people, in two real towns. Never installed in production."""
