"""Encrypted copies of the database, and putting one back: `manage.py backup` and `manage.py restore`."""
