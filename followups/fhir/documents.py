"""The signed report as a document. While no PDF of it is filed, plain text."""

from dataclasses import dataclass
from datetime import datetime

NOT_PROVIDED = "Not provided"


@dataclass(frozen=True)
class Document:
    """What is handed on as it is: bytes, their type, and when they were written (aware)."""

    content_type: str
    data: bytes
    made_at: datetime


def documents_of(departure, *, pdf=None):
    """The documents of a departure, each a whole of its own: none while its report is not signed, or it is void.

    `pdf` is the filed PDF as a Document; then that stands alone. Needs the report with its addenda.
    """
    report = getattr(departure, "report", None)
    if report is None or not report.is_signed or departure.is_voided:
        return []
    if pdf:
        return [pdf]
    addenda = list(report.addenda.all())
    made_at = max([report.signed_at, *(each.at for each in addenda)])
    return [Document("text/plain; charset=utf-8", text_of(report, addenda).encode(), made_at)]


def text_of(report, addenda):
    """The chart of what was signed, in plain lines. What is to leave is named here; whatever else was signed stays."""
    content = report.content
    parts = [
        ["Report of a departure"],
        pairs(content.get("facts", [])),
        pairs(answers_of(content.get("answers", {}))),
        pairs(content.get("noted", [])),
        ["Steps", *map(step_line, content.get("steps", []))],
        given_lines(content.get("given", [])),
        ["In order", *(f"{at}: {what}" for at, what in content.get("timeline", []))],
        [f"Signed by {content['author']}, {content['signed_at']}", f"SHA-256 {report.content_hash}"],
        *([f"Addendum by {each.by.name}, {each.at.isoformat(timespec='seconds')}", each.text] for each in addenda),
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def pairs(rows):
    return [f"{label}: {said}" for label, said in rows]


def answers_of(answers):
    yield "Main reason", answers.get("main_reason") or NOT_PROVIDED
    yield "What happened", answers.get("account") or NOT_PROVIDED
    if answers.get("check_in_at"):
        yield "Checking in at", answers["check_in_at"]


def step_line(step):
    why = f", {step['reason']}" if step.get("reason") else ""
    return f"{step['position']} {step['title']}: {step['outcome']}{why}"


def given_lines(given):
    return ["Given", *(given_line(each) for each in given)] if given else []


def given_line(each):
    numbers = [contact["words"] for contact in each.get("contacts", []) if contact.get("words")]
    how = f" ({each['how']})" if each.get("how") else ""
    return ", ".join([each["name"], *numbers]) + how
