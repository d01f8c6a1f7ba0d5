"""Blank objects with every field Stripe sends, one JSON file each; fields and order follow Stripe's sample objects."""

import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@cache
def _text(name: str) -> str:
    return (FOLDER / f"{name}.json").read_text(encoding="utf-8")


def blank(name: str, **fields: Any) -> dict[str, Any]:
    """A fresh object; a field that the shape does not have is a mistake of ours."""
    shape: dict[str, Any] = json.loads(_text(name))
    invented = fields.keys() - shape.keys()
    if invented:
        raise KeyError(f"{name} has no field {', '.join(sorted(invented))}")
    return shape | fields
