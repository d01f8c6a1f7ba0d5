"""One line a fact, with the town it happened in."""

import logging
from typing import Any

import structlog
from django.db import connection


def add_schema(_logger: Any, _name: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    event["schema"] = getattr(connection, "schema_name", "")
    return event


_PROCESSORS: list[structlog.types.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.ExtraAdder(),
    structlog.processors.TimeStamper(fmt="iso"),
    add_schema,
]


def formatter() -> logging.Formatter:
    """The formatter named in LOGGING: key=value lines, exceptions included."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_PROCESSORS,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(
                key_order=["timestamp", "level", "schema", "event"], bool_as_flag=False, drop_missing=True
            ),
        ],
    )
