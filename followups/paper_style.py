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
FONT = 'font: 7.5pt/1.4 "Noto Sans", "Liberation Sans", "DejaVu Sans", Arial, sans-serif; color: #333;'
SHEET = """@page {{
  size: {size};
  margin: 20mm 18mm 26mm;
  @top-left {{ content: {head}; text-align: left; vertical-align: bottom; padding-bottom: 4mm; {font} }}
  @top-right {{ content: {page} counter(page) {of} counter(pages); text-align: right; vertical-align: bottom;
    padding-bottom: 4mm; {font} }}
  @bottom-left {{ content: {foot}; text-align: left; vertical-align: top; padding-top: 4mm; white-space: pre-wrap;
    width: 100%; {font} }}
}}
"""


def common():
    """What all paper shares, as text."""
    return Path(settings.BASE_DIR, "static", "print.css").read_text()


def sheet_of(charts, *, country, by, at, zone, is_copy=False):
    """The style sheet of one paper: of one chart, or of a client's copy with several."""
    before, after = _("Page %(page)s of %(pages)s").replace("%(pages)s", "").split("%(page)s")
    head = head_of(charts, is_copy=is_copy)
    return SHEET.format(
        size="letter" if country in LETTER else "A4",
        font=FONT,
        head=quoted(head),
        page=quoted(before),
        of=quoted(after),
        foot=quoted("\n".join([*([] if is_copy else foot_of(charts[0])), printed_line(at, zone, by=by)])),
    )


def printed_line(at, zone, *, by):
    return _("Printed on %(when)s by %(name)s") % {"when": on_the_wall(at, zone), "name": by.name}


def head_of(charts, *, is_copy):
    """On every page whose it is, by the clinic's own reference: pages come loose."""
    title = _("Copy of your record") if is_copy else _("Record of a departure")
    reference = charts[0].client if charts else ""
    version = "" if is_copy else _("Version %(version)s") % {"version": charts[0].version}
    return " · ".join(filter(None, [title, reference, version]))


def foot_of(chart):
    if not chart.is_signed:
        return [_("There is no signed report yet.")]
    signed = _("Signed by %(name)s, %(when)s")
    facts = {"name": chart.author, "when": on_the_wall(chart.signed_at, chart.zone)}
    return [signed % facts, f"SHA-256 {chart.content_hash}"]


def quoted(words):
    """A CSS string that cannot end before its end."""
    escaped = {"\\": "\\\\", '"': '\\"', "\n": "\\a ", "\r": "", "<": "\\3c ", "\f": ""}
    return '"' + "".join(escaped.get(each, each) for each in words) + '"'
