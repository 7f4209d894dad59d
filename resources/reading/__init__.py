"""The reading half of the import: from whatever file somebody has to entries the directory could take.

Nothing here touches the database. `open_file(where, name=...)` gives a Source; `source.events(country, zone)` gives its
offers, what became of every row, and what is wrong, each at its file and line.
"""

from resources.reading.offers import Offer
from resources.reading.problems import Problem, RowOutcome, Unreadable
from resources.reading.sources import NeedsMapping, Source, open_file

__all__ = ["NeedsMapping", "Offer", "Problem", "RowOutcome", "Source", "Unreadable", "open_file"]
