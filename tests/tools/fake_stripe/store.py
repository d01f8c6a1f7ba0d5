"""Everything the stand-in remembers, in one SQLite file: a restart forgets nothing."""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Body = dict[str, Any]

SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    parent TEXT,
    body TEXT NOT NULL,
    hidden TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS objects_kind ON objects (kind, seq);
CREATE INDEX IF NOT EXISTS objects_parent ON objects (parent, kind, seq);
CREATE TABLE IF NOT EXISTS idempotency (
    key TEXT PRIMARY KEY,
    path TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    body TEXT NOT NULL,
    request_id TEXT NOT NULL,
    created INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    event TEXT NOT NULL,
    type TEXT NOT NULL,
    state TEXT NOT NULL,
    due_at REAL NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    last_status INTEGER,
    last_error TEXT
);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (state, due_at, id);
CREATE TABLE IF NOT EXISTS jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    target TEXT NOT NULL,
    due_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS jobs_due ON jobs (due_at, id);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
TABLES = ("objects", "idempotency", "deliveries", "jobs", "settings")


@dataclass
class Record:
    """One object: what the API shows (`body`) and what only the stand-in knows (`hidden`)."""

    id: str
    kind: str
    body: Body
    hidden: Body = field(default_factory=dict)
    parent: str | None = None


class Store:
    """One connection behind one lock: requests are handled one at a time, each in its own transaction."""

    def __init__(self, path: str) -> None:
        if path != ":memory:":
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self.lock = threading.RLock()
        self.connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        # A killed process loses nothing with these two; only a power cut could, and a demo may.
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=OFF")
        self.connection.executescript(SCHEMA)

    def close(self) -> None:
        with self.lock:
            self.connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Nested calls join the transaction that is open."""
        with self.lock:
            if self.connection.in_transaction:
                yield
                return
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self.connection.execute("ROLLBACK")
                raise
            self.connection.execute("COMMIT")

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self.lock:
            return self.connection.execute(sql, values).fetchall()

    def add(self, record: Record) -> Record:
        self.rows(
            "INSERT INTO objects (id, kind, parent, body, hidden) VALUES (?, ?, ?, ?, ?)",
            record.id,
            record.kind,
            record.parent,
            json.dumps(record.body),
            json.dumps(record.hidden),
        )
        return record

    def save(self, record: Record) -> Record:
        self.rows(
            "UPDATE objects SET parent = ?, body = ?, hidden = ? WHERE id = ?",
            record.parent,
            json.dumps(record.body),
            json.dumps(record.hidden),
            record.id,
        )
        return record

    def find(self, identifier: str, kind: str | None = None) -> Record | None:
        rows = self.rows("SELECT id, kind, body, hidden, parent FROM objects WHERE id = ?", identifier)
        if not rows or (kind is not None and rows[0][1] != kind):
            return None
        return _record(rows[0])

    def newest_first(self, kind: str) -> list[Record]:
        rows = self.rows("SELECT id, kind, body, hidden, parent FROM objects WHERE kind = ? ORDER BY seq DESC", kind)
        return [_record(row) for row in rows]

    def children(self, parent: str, kind: str) -> list[Record]:
        """Newest first."""
        rows = self.rows(
            "SELECT id, kind, body, hidden, parent FROM objects WHERE parent = ? AND kind = ? ORDER BY seq DESC",
            parent,
            kind,
        )
        return [_record(row) for row in rows]

    def setting(self, name: str, default: Any = None) -> Any:
        rows = self.rows("SELECT value FROM settings WHERE name = ?", name)
        return json.loads(rows[0][0]) if rows else default

    def set(self, name: str, value: Any) -> None:
        self.rows(
            "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            name,
            json.dumps(value),
        )

    def snapshot(self) -> bytes:
        """All of it, for `restore`: a test goes back to where it began without asking for everything again."""
        with self.lock:
            return self.connection.serialize()

    def restore(self, snapshot: bytes) -> None:
        with self.lock:
            self.connection.deserialize(snapshot)

    def forget_everything(self) -> None:
        with self.transaction():
            for table in TABLES:
                self.rows(f"DELETE FROM {table}")  # noqa: S608 - the names are the constants above


def _record(row: tuple[Any, ...]) -> Record:
    identifier, kind, body, hidden, parent = row
    return Record(id=identifier, kind=kind, body=json.loads(body), hidden=json.loads(hidden), parent=parent)
