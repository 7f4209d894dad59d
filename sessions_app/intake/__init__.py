"""The reading half of bringing in sessions and clients: from a calendar or a list to rows. Nothing here is stored."""

from sessions_app.intake.found import Found, Unreadable
from sessions_app.intake.reading import MOST_BYTES, read

__all__ = ["MOST_BYTES", "Found", "Unreadable", "read"]
