"""The directory as others can read it: HSDS documents and tables, a plain table, contact cards, cards to print.

Whatever the form, entries come from `leaving`, which leaves behind drafts, entries that are not to be listed, and
every contact and place that is confidential.
"""
