#!/usr/bin/env python
"""Doorway's command line."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as problem:
        print(f"Doorway cannot start: {problem}", file=sys.stderr)
        sys.exit(2 if sys.argv[1:2] == ["doctor"] else 1)  # what the doctor ends with when something is broken


if __name__ == "__main__":
    main()
