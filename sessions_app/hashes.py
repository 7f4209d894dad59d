"""The one way a hash is made here, so that any other program can make it again from the same data."""

import hashlib
import json
from datetime import UTC, date, datetime
from uuid import UUID


def hash_of(content):
    """SHA-256 of the canonical JSON: sorted keys, no spaces, UTF-8."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def plain(value):
    """The same value written the same way before it is saved and after it is read back: moments in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
