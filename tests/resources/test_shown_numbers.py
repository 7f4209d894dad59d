"""Whether a page still shows a number: however it is written, and not where only the same digits stand."""

import time

import pytest

from resources import page_words, shown_numbers
from resources.models import ContactPoint
from resources.page_words import Words, tidied

CODE_988 = ContactPoint(kind="voice", dial="988", dial_region="US", display="988")
CODE_116123 = ContactPoint(kind="voice", dial="116123", dial_region="GB", display="116 123")
CODE_113 = ContactPoint(kind="voice", dial="113", dial_region="NL", display="113")
CHILDLINE = ContactPoint(kind="voice", dial="08001111", dial_region="GB", e164="+448001111", display="0800 1111")
SAFE = ContactPoint(kind="voice", dial="18007997233", dial_region="US", e164="+18007997233", display="1-800-799-SAFE")
YARN = ContactPoint(kind="voice", dial="139276", dial_region="AU", e164="+61139276", display="13 92 76 (13YARN)")
RESPECT = ContactPoint(kind="voice", dial="1800737732", dial_region="AU", display="1800 737 732 (1800RESPECT)")
HOME = ContactPoint(kind="sms", dial="741741", dial_region="US", keyword="HOME", display="741741")
HELP4U = ContactPoint(kind="sms", dial="435748", dial_region="US", display="435748 (HELP4U)")
WHATSAPP = ContactPoint(kind="whatsapp", dial="91511767", dial_region="SG", e164="+6591511767", display="9151 1767")


@pytest.mark.parametrize(
    ("contact", "text"),
    [
        (CODE_988, "Call 988."), (CODE_988, "Call or text 9-8-8, 24/7"), (CODE_988, "988 24 hours a day"),
        (CODE_988, "(988)"), (CODE_988, "Dial ９８８"), (CODE_988, "٩٨٨"),
        (CODE_116123, "116 123"), (CODE_116123, "116123"), (CODE_116123, "11 61 23"), (CODE_116123, "116\u00a0123"),
        (CODE_116123, "116 123 365 days a year"), (CODE_116123, "116-123, free"), (CODE_116123, "116.123."),
        (CHILDLINE, "0800 1111"), (CHILDLINE, "08001111"), (CHILDLINE, "+44 800 1111"), (CHILDLINE, "+44 (0)800 1111"),
        (CHILDLINE, "0044 800 1111"), (CHILDLINE, "(0800) 1111"), (CHILDLINE, "08 00 11 11"),
        (SAFE, "1-800-799-SAFE (7233)"), (SAFE, "1.800.799.7233"), (SAFE, "800-799-7233"), (SAFE, "+1 800 799 7233"),
        (SAFE, "1−800−799−7233"), (SAFE, "(800) 799-SAFE"), (SAFE, "1800799safe"), (SAFE, "18007997233"),
        (YARN, "13YARN"), (YARN, "13 YARN (13 92 76)"), (YARN, "13 92 76"),
        (RESPECT, "1800RESPECT"), (RESPECT, "1800 737 732"), (RESPECT, "1800 RESPECT"),
        (HOME, "Text HOME to 741741"), (HOME, "Text “home” to 741-741"), (HELP4U, "Text your zip to HELP4U"),
        (WHATSAPP, "9151 1767"), (WHATSAPP, "+65 9151 1767"),
    ],
)  # fmt: skip
def test_a_number_is_found_however_it_is_written(contact, text):
    assert shown_numbers.shows(Words(tidied(text)), contact)


@pytest.mark.parametrize(
    ("contact", "text"),
    [
        (CODE_988, "Since 1988"), (CODE_988, "9880"), (CODE_988, "988,000 people"), (CODE_988, "$988"),
        (CODE_988, "988%"),
        (CODE_988, "Call 1800 988 123"), (CODE_988, "555-988-1234"), (CODE_988, "0.988"), (CODE_988, "988lifeline"),
        (CODE_113, "See 113.nl"), (CODE_113, "mail 113@113.nl"),
        (CODE_116123, "+44 116 123 4567"), (CODE_116123, "0116 123 4567"), (CODE_116123, "5116123"),
        (CODE_116123, "116 124"), (CODE_116123, "116 | 123"),
        (CHILDLINE, "555-800-1111"), (CHILDLINE, "0800 11112"), (CHILDLINE, "0800 1112"), (CHILDLINE, "1080 01111"),
        (SAFE, "1-800-799-7234"), (SAFE, "1-800-799-SAVE"), (SAFE, "800-799"),
        (YARN, "13YARD"), (HOME, "Text HELLO to 741741"), (HOME, "HOME"), (HOME, "Home " + "x" * 200 + " 741741"),
        (HELP4U, "help 4 u"), (WHATSAPP, "9151 1768"),
    ],
)  # fmt: skip
def test_other_numbers_with_the_same_digits_are_not_ours(contact, text):
    assert not shown_numbers.shows(Words(tidied(text)), contact)


@pytest.mark.parametrize(
    ("contact", "link"),
    [
        (CODE_988, "tel:988"), (CODE_988, "tel:988,1"), (SAFE, "tel:+1-800-799-7233"), (SAFE, "TEL:1-800-799-SAFE"),
        (SAFE, "tel:8007997233"), (CHILDLINE, "tel:+448001111"), (CHILDLINE, "tel://0800%201111"),
        (CHILDLINE, "tel:+44(0)8001111"), (YARN, "tel:+61139276"), (HOME, "sms:741741?&body=HOME"),
        (HOME, "sms:741741;body=home"), (WHATSAPP, "https://wa.me/6591511767"),
        (WHATSAPP, "https://api.whatsapp.com/send?phone=6591511767&text=hi"),
    ],
)  # fmt: skip
def test_a_link_that_dials_it_is_enough(contact, link):
    assert shown_numbers.shows(Words("Call us", [link]), contact)


@pytest.mark.parametrize(
    ("contact", "link"),
    [(CODE_988, "tel:9881"), (CODE_988, "https://x.example/988"), (SAFE, "tel:8007997234"), (HOME, "sms:741741"),
     (HOME, "sms:741742?body=HOME")],
)  # fmt: skip
def test_a_link_that_dials_another_is_not(contact, link):
    assert not shown_numbers.shows(Words("Call us", [link]), contact)


# What a page says ---------------------------------------------------------------------------------------------

LONG = "<p>" + "We listen to everybody who calls us in the night. " * 5 + "</p>"


def read(html, kind="text/html; charset=utf-8"):
    return page_words.read(html.encode() if isinstance(html, str) else html, kind)


@pytest.mark.parametrize(
    "hidden",
    ["<script>var n = '988'</script>", "<!-- 988 -->", "<style>.a::after{content:'988'}</style>", "<del>988</del>",
     "<s>Call 988</s>", "<template>988</template>", "<noscript>988</noscript>"],
)  # fmt: skip
def test_what_nobody_sees_or_is_crossed_out_does_not_count(hidden):
    words = read(f"<body>{LONG}{hidden}</body>")
    assert words.is_readable
    assert not shown_numbers.shows(words, CODE_988)


@pytest.mark.parametrize(
    "shown",
    ["<b>9</b>-<b>8</b>-<b>8</b>", "<img alt='Call 988' src=x>", "<a aria-label='Call 988'></a>",
     "<a href='tel:988'>Call</a>",
     "<ul><li>988<li>800-273-8255</ul>", "Call<br>988<br>1800", "&#57;&#56;&#56;"],
)  # fmt: skip
def test_what_stands_on_the_page_counts(shown):
    assert shown_numbers.shows(read(f"<body>{LONG}{shown}</body>"), CODE_988)


@pytest.mark.parametrize(
    "html",
    ["<div id=root></div><script src=a.js></script>", f"<div id=app></div>{LONG}<script src=a.js></script>",
     "<script>draw()</script><noscript>Please enable JavaScript to use this page. " + "x " * 200 + "</noscript>",
     "<script>draw()</script><p>Loading</p>", "", " ", "<html></html>"],
)  # fmt: skip
def test_a_page_that_scripts_draw_could_not_be_read(html):
    assert not read(html).is_readable


@pytest.mark.parametrize("kind", ["application/pdf", "image/png", "application/json"])
def test_what_is_no_page_could_not_be_read(kind):
    assert not read("988", kind).is_readable


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<p>Gespräch: 0800 1111 für alle</p>".encode("latin-1"), "text/html; charset=iso-8859-1"),
        ("<p>Gespräch: 0800 1111 für alle</p>".encode("latin-1"), "text/html"),
        ("<p>Gespräch: 0800 1111 für alle</p>".encode(), "text/html"),
        ("<p>Gespräch: 0800 1111 für alle</p>".encode(), "text/html; charset=nonsense"),
        ("<meta charset=utf-16><p>Gespräch: 0800 1111 für alle</p>".encode("utf-16"), "text/html; charset=utf-16"),
        ("Gespräch: 0800 1111 für alle".encode(), "text/plain; charset=utf-8"),
        ("<?xml version='1.0' encoding='utf-8'?><p>Gespräch: 0800 1111 für alle</p>".encode(), "text/html"),
    ],
)  # fmt: skip
def test_pages_are_read_in_whatever_way_they_were_saved(body, kind):
    words = read(body, kind)
    assert "Gespräch" in words.text
    assert shown_numbers.shows(words, CHILDLINE)


@pytest.mark.parametrize("body", [b"\0\1\2", b"<" * 10_000, b"<div>" * 50_000, b"\xff\xfe", b"<!DOCTYPE", b"<![CDATA["])
def test_nonsense_is_never_raised(body):
    assert read(body).text is not None


@pytest.mark.parametrize(
    "piece",
    ["<s>x</s>y", "<div id=root></div>", "1 3 9 2 7 6 ", "0044 (0) ", "(0)(0)(", "0", "8-0-0-1-1-1-", "ﷺ",
     "<a href='tel:1'>", "741741 ", "&amp", "<noscript>a</noscript>", "<div id=root>x"],
)  # fmt: skip
def test_a_page_made_to_be_slow_is_read_in_seconds(piece):
    body = (piece * (1024 * 1024 // len(piece.encode()))).encode()
    began = time.process_time()
    words = read(body)
    for contact in (CHILDLINE, YARN, HOME, WHATSAPP):
        shown_numbers.shows(words, contact)
    assert time.process_time() - began < 10, "of processor time, however busy the machine is"


@pytest.mark.parametrize(
    ("html", "host"),
    [
        ("<h1>help.example</h1><p>This domain is for sale!</p>", "help.example"),
        ("<p>Buy this domain. The owner of help.example offers it.</p>", "help.example"),
        ("<p>This Web page is parked FREE, courtesy of a registrar</p>", "help.example"),
        ("<p>Welcome</p><script src='https://www.sedoparking.com/frmpark/x.js'></script>", "help.example"),
        ("<p>Welcome</p>", "www.hugedomains.com"),
    ],
)
def test_a_parked_name_is_told(html, host):
    assert page_words.is_parked(read(html), host=host)


def test_a_page_that_speaks_of_domains_among_much_else_is_not_parked():
    assert not page_words.is_parked(read(LONG * 20 + "<p>Our old domain is for sale</p>"), host="help.example")
    assert not page_words.is_parked(read(LONG), host="nothugedomains.com")
