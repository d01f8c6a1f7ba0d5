"""Uploaded files of a test, in a folder of its own."""

from pathlib import Path
from typing import Any


def keep_media_in(settings: Any, folder: Path) -> None:
    """Make `folder` the media root. The towns' storage remembers the one it saw first: it is made anew."""
    settings.MEDIA_ROOT = folder
    settings.STORAGES = {**settings.STORAGES}
