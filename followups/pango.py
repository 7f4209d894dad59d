"""Whether this machine can make PDFs. WeasyPrint sets type with Pango, which comes from the system and not from pip.

Nothing here needs Django or WeasyPrint, so that it can be asked before anything else is there.
"""

import ctypes
from ctypes.util import find_library
from functools import cache

#: Libraries as Linux and macOS call them, and Debian's packages of them.
LIBRARIES = {
    "pango-1.0": ("libpango-1.0.so.0", "libpango-1.0-0"),
    "pangoft2-1.0": ("libpangoft2-1.0.so.0", "libpangoft2-1.0-0"),
    "harfbuzz-subset": ("libharfbuzz-subset.so.0", "libharfbuzz-subset0"),
}
FONT = "fonts-dejavu-core"
SAID = "PDFs cannot be made here, and tests of them are skipped: install {packages}."


@cache
def is_there():
    """Whether a PDF can be made by this process; asked once."""
    return not missing()


def missing():
    """Debian's packages of the libraries that are not here."""
    return [package for name, (file, package) in LIBRARIES.items() if not loads(file, find_library(name))]


def loads(*names):
    for name in filter(None, names):
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return True
    return False


def advice():
    """One line that says what is missing, or an empty text."""
    packages = missing()
    return SAID.format(packages=" ".join([*packages, FONT])) if packages else ""
