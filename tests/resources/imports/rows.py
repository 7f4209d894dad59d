"""Counting what became of rows."""

from collections import Counter

from resources.models import ImportRow


def of_entries(batch):
    """How many entries the list offers, by what they are to the directory."""
    found = batch.rows.filter(what__in=ImportRow.OF_ENTRIES)
    return dict(Counter(found.values_list("what", flat=True)))


def of_rows(batch, **facts):
    """What became of the rows of the files."""
    found = batch.rows.exclude(what__in=[*ImportRow.OF_ENTRIES, ImportRow.What.FILE]).filter(**facts)
    return dict(Counter(found.values_list("what", flat=True)))
