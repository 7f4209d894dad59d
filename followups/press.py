"""Makes a PDF of a page: tagged, PDF/UA-1. Imported late, by whoever makes one: it costs seconds and needs Pango."""

import logging

from weasyprint import CSS, HTML
from weasyprint.urls import URLFetcher

VARIANT = "pdf/ua-1"
NOWHERE = "https://paper.invalid/"  # what a relative address is relative to; nothing is asked for there

for each in ("weasyprint", "weasyprint.progress", "fontTools"):  # they tell what they read; logs carry no words
    logging.getLogger(each).setLevel(logging.ERROR)


class NothingIsFetched(ValueError):
    """A page asked for something outside itself. Its style is handed over as text, so nothing has to be fetched."""


class Closed(URLFetcher):
    """Refuses every address: of the network, of files, of data. Words of clients stand on these pages."""

    def fetch(self, url, headers=None):
        raise NothingIsFetched

    def open(self, *_args, **_options):
        raise NothingIsFetched


def pdf_of(html, *, sheets):
    """The PDF as bytes. `html` is a whole page with its language and title, `sheets` are style sheets as text."""
    fetcher = Closed()
    styles = [CSS(string=sheet, base_url=NOWHERE, url_fetcher=fetcher) for sheet in sheets]
    page = HTML(string=html, base_url=NOWHERE, url_fetcher=fetcher)
    return page.write_pdf(stylesheets=styles, pdf_variant=VARIANT)
