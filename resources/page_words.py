"""The words of a web page as somebody who opens it would see them, and the addresses behind its links."""

import re
import unicodedata
from dataclasses import dataclass, field
from itertools import islice

import lxml.html
from lxml.etree import LxmlError, iterwalk

#: What nobody sees, or sees crossed out: a number in it is not one that the page still gives.
UNSEEN = {"script", "style", "template", "noscript", "del", "s", "strike"}
SPOKEN = ["alt", "aria-label", "title"]  # read out, or shown in place of a picture
BLOCKS = {
    "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "fieldset", "figcaption", "footer",
    "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "option", "p", "pre",
    "section", "select", "summary", "table", "td", "th", "tr", "ul",
}  # fmt: skip
EDGE = " | "  # between blocks: the number of one line does not go on in the next
MOST_SIGNS = 1024 * 1024  # of text: one sign can stand for eighteen plain ones
FEW_WORDS = 100  # signs; a page with scripts and fewer than that is drawn by them
FRAMES = {"root", "app", "__next", "__nuxt", "app-root", "react-root"}  # where the usual tools draw a page
MOST_FRAMES = 3
#: Who owns names that nobody uses, and what they put there.
PARKING_HOSTS = [
    "hugedomains.com", "sedo.com", "sedoparking.com", "dan.com", "afternic.com", "parkingcrew.net", "bodis.com",
    "parklogic.com", "above.com", "undeveloped.com", "domainmarket.com", "buydomains.com", "atom.com",
]  # fmt: skip
PARKING_WORDS = re.compile(
    r"domain (name )?(is|may be|could be) (for sale|parked|available for purchase)|buy this domain|domain is for sale"
    r"|this domain (has )?expired|parked free,? courtesy of|inquire about this domain|domain parking|parked domain"
    r"|diese domain (ist|steht) zu(m)? verka|ce (nom de )?domaine est [àa] vendre|este dominio est[áa] (en|a la) venta"
    r"|deze domeinnaam is te koop",
    re.IGNORECASE,
)
MOST_WORDS_PARKED = 3000  # signs; a page that says more than this is a page about something


@dataclass(frozen=True)
class Words:
    """What a page says. `is_readable` is false for one that scripts draw, of which only the frame arrives."""

    text: str = ""
    links: list = field(default_factory=list)
    sources: list = field(default_factory=list)
    is_readable: bool = False


def read(body, content_type=""):
    """The words of a page. What is no page, or has no words, is not readable; nothing is ever raised for it."""
    if not body:
        return Words()
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "text/plain":
        return Words(tidied(decoded(body, content_type)), is_readable=True)
    if kind not in ("", "text/html", "application/xhtml+xml"):
        return Words()
    try:
        root = lxml.html.document_fromstring(body, parser=parser_for(body, content_type))
    except (LxmlError, ValueError):
        return Words()
    return words_of(root)


def words_of(root):
    links = list(dict.fromkeys(each.get("href") for each in root.iter("a", "area") if each.get("href")))
    sources = [each.get("src") for each in root.iter("script", "iframe", "frame") if each.get("src")]
    has_scripts = next(root.iter("script"), None) is not None
    text = tidied(" ".join(pieces(root)))
    said = len(re.sub(r"[\s|]", "", text))
    is_drawn = has_scripts and (said < FEW_WORDS or has_empty_frame(root))
    return Words(text, links, sources, is_readable=bool(said) and not is_drawn)


def has_empty_frame(root):
    """Whether there is a place in which scripts will draw the page, and nothing in it yet."""
    frames = (
        each for each in root.iter("div", "main", "app-root") if each.get("id") in FRAMES or each.tag == "app-root"
    )
    return any(not "".join(pieces(frame)).strip(" |\n\r\t") for frame in islice(frames, MOST_FRAMES))


def pieces(root):
    """Every text that is seen, every text that is read out in place of a picture, and an edge around each block."""
    walk = iterwalk(root, events=("start", "end"))
    for event, each in walk:
        if each.tag in BLOCKS:
            yield EDGE
        if event == "end":
            yield each.tail or "" if each is not root else ""
        elif each.tag in UNSEEN:
            walk.skip_subtree()
        else:
            yield from (EDGE + each.get(name) + EDGE for name in SPOKEN if each.get(name))
            yield each.text or ""


def parser_for(body, content_type):
    return lxml.html.HTMLParser(encoding=encoding_of(body, content_type), remove_comments=True, remove_pis=True)


def encoding_of(body, content_type):
    """What the server says; else what the page says itself; else UTF-8 where it can be read as that."""
    said = re.search(r"charset=[\"']?([\w.:-]+)", content_type, re.IGNORECASE)
    if said and is_encoding(said[1]):
        return said[1]
    if re.search(rb"<meta[^>]+charset", body[:4096], re.IGNORECASE) or body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return None
    try:
        body.decode()
    except UnicodeDecodeError as problem:
        is_cut_off = problem.start > len(body) - 4
        return "utf-8" if is_cut_off else "windows-1252"
    return "utf-8"


def is_encoding(name):
    try:
        lxml.html.HTMLParser(encoding=name)
        b"".decode(name)
    except (LookupError, ValueError):
        return False
    return True


def decoded(body, content_type):
    return body.decode(encoding_of(body, content_type) or "utf-8", errors="replace")


def tidied(text):
    """Compatible signs made plain (wide digits, hard spaces), digits of every script in ASCII, spaces single."""
    text = unicodedata.normalize("NFKC", text)[:MOST_SIGNS]
    text = re.sub(r"(?![0-9])\d", lambda digit: str(unicodedata.decimal(digit[0])), text)
    return " ".join(text.split())


def is_parked(words, *, host):
    """Whether the page is what stands on a name that is for sale: by who shows it, or by the little it says."""
    shown_by = [host, *(source.partition("//")[2].partition("/")[0] for source in words.sources)]
    if any(name == owner or name.endswith(f".{owner}") for name in shown_by for owner in PARKING_HOSTS):
        return True
    return len(words.text) < MOST_WORDS_PARKED and bool(PARKING_WORDS.search(words.text))
