"""What WeasyPrint needs of the system to make PDFs: Pango and a font. Debian's are installed where that is allowed.

Nothing stops without them: the pages offer printing instead, and the tests of PDFs are skipped and say so.
"""

import sys

from config.local import browser
from followups import pango


def packages():
    """Debian's packages of what is not here, and with them a font: a bare machine has none either."""
    found = pango.missing()
    return [*found, pango.FONT] if found else []


def main():
    browser.install(packages(), what="PDFs")
    if said := pango.advice():
        print(said, file=sys.stderr)


if __name__ == "__main__":
    main()
