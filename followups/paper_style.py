"""The style of paper: one sheet for all (static/print.css), and one per paper for its format, its head and its foot.

What stands in the margins of every page is style in CSS, and our policy allows no style inside a page. So it comes as
a style sheet of its own, with the same words for the browser and for the PDF.
"""

from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from followups.signed_words import on_the_wall

#: Where paper is US Letter; everywhere else it is A4. Source: Unicode CLDR, paper size by territory.
LETTER = set(["BZ", "CA", "CL", "CO", "CR", "GT", "MX", "NI", "PA", "PH", "PR", "SV", "US", "VE"])
SHEET = """@page {{
  size: {size};
  margin: 20mm 18mm 24mm;
  @top-left {{ content: {head}; }}
  @top-right {{ content: {page} counter(page) {of} counter(pages); }}
  @bottom-left {{ content: {foot}; }}
  @bottom-right {{ content: {printed}; }}
}}
"""


def common():
    """What all paper shares, as text."""
    return Path(settings.BASE_DIR, "static", "print.css").read_text()


def sheet_of(charts, *, country, by, at, zone, is_copy=False):
    """The style sheet of one paper: of one chart, or of a client's copy with several."""
    before, after = _("Page %(page)s of %(pages)s").replace("%(pages)s", "").split("%(page)s")
    head = head_of(charts, is_copy=is_copy)
    printed = _("Printed on %(when)s") % {"when": on_the_wall(at, zone)}
    return SHEET.format(
        size="letter" if country in LETTER else "A4",
        head=quoted(head),
        page=quoted(before),
        of=quoted(after),
        foot=quoted("" if is_copy else foot_of(charts[0])),
        printed=quoted(f"{printed}\n{_('by %(name)s') % {'name': by.name}}"),
    )


def head_of(charts, *, is_copy):
    """On every page whose it is, by the clinic's own reference: pages come loose."""
    title = _("Copy of your record") if is_copy else _("Record of a departure")
    reference = charts[0].client if charts else ""
    version = "" if is_copy else _("Version %(version)s") % {"version": charts[0].version}
    return " · ".join(filter(None, [title, reference, version]))


def foot_of(chart):
    if not chart.is_signed:
        return _("There is no signed report yet.")
    signed = _("Signed by %(name)s, %(when)s")
    facts = {"name": chart.author, "when": on_the_wall(chart.signed_at, chart.zone)}
    return f"{signed % facts}\nSHA-256 {chart.content_hash}"


def quoted(words):
    """A CSS string that cannot end before its end."""
    escaped = {"\\": "\\\\", '"': '\\"', "\n": "\\a ", "\r": "", "<": "\\3c ", "\f": ""}
    return '"' + "".join(escaped.get(each, each) for each in words) + '"'
