"""E-mail addresses in the trail, which is kept for ever: enough to recognise one, not enough to write to it."""

import re
from typing import Any

# What an address looks like inside a sentence; its first character and its domain are kept.
_ADDRESS = re.compile(r"([\w.+-])[\w.+%'-]*@([\w-]+(?:\.[\w-]+)+)")


def mask_emails(text: str) -> str:
    """`text` with each e-mail address as `a…@exemple.fr`."""
    return _ADDRESS.sub(r"\1…@\2", text)


def mask_details(value: Any) -> Any:
    """The same in every text of a JSON value."""
    if isinstance(value, str):
        return mask_emails(value)
    if isinstance(value, dict):
        return {name: mask_details(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [mask_details(part) for part in value]
    return value
