"""The forms of a page, filled in as a person would: choices as offered, days and times that exist, words elsewhere."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import lxml.html

DAY = (datetime.now(UTC).date() - timedelta(days=1)).isoformat()  # what was done was done before now
KINDS = {"date": DAY, "time": "10:00", "datetime-local": f"{DAY}T10:00", "number": "1", "month": DAY[:7]}
NO_WORDS = {"hidden", "radio", "checkbox", "submit", "button", "file", *KINDS}


@dataclass
class Filled:
    """A form that sends something. `facts` are its values, `words` the names of its fields for words."""

    action: str
    facts: dict = field(default_factory=dict)
    words: list = field(default_factory=list)
    choices: dict = field(default_factory=dict)
    is_with_file: bool = False

    def with_words(self, word, names):
        """{name: value} with a new word, which `word()` makes, in each field that is named."""
        return self.facts | {name: self.kind_of_word(name, word()) for name in names if name != "csrfmiddlewaretoken"}

    @staticmethod
    def kind_of_word(name, word):
        return f"{word}@clinic.example" if name in ("email", "login") else word


def on(page):
    """The forms of a page (bytes or text) that are posted."""
    if not page.strip():
        return []
    read = lxml.html.fromstring(page)
    return [filled(form) for form in read.xpath("//form") if (form.get("method") or "").lower() == "post"]


def filled(form):
    made = Filled(form.get("action") or "")
    for each in form.xpath(".//input|.//select|.//textarea|.//button"):
        if name := each.get("name"):
            fill(made, name, each)
    return made


def fill(made, name, each):
    kind = each.get("type", "text") if each.tag == "input" else each.tag
    value = each.get("value") or ""
    if kind == "file":
        made.is_with_file = True
    elif kind == "select":
        options = [option.get("value") or "" for option in each.xpath(".//option")]
        chosen = [option.get("value") or "" for option in each.xpath(".//option[@selected]")]
        made.choices[name] = options
        made.facts[name] = next(filter(None, [*chosen, *options]), "")
    elif kind in ("radio", "checkbox", "button", "submit"):
        made.choices.setdefault(name, []).append(value)
        made.facts[name] = made.facts.get(name) or value
    else:
        made.facts[name] = value or KINDS.get(kind, "")
        if kind == "textarea":
            made.facts[name] = each.text_content()
        if kind not in NO_WORDS:
            made.words.append(name)
