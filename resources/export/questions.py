"""What somebody asks of a list, read out of the address: HSDS 3.1 names the parameters."""

from dataclasses import dataclass
from datetime import UTC, datetime, time
from uuid import UUID

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

MOST_ON_A_PAGE = 100
MOST_OF_MINIMAL = 5000  # HSDS wants all of them in one answer
USUAL_ON_A_PAGE = 50
LAST_PAGE = 1_000_000
LONGEST_SEARCH = 200


class BadParameter(ValueError):
    """A value that cannot be read, with the name of its parameter."""

    def __init__(self, parameter, message):
        super().__init__(parameter, message)
        self.parameter, self.message = parameter, message


@dataclass(frozen=True)
class Question:
    """What is asked of a list. Filters that are None are not asked for; those that are combine with AND."""

    page: int
    per_page: int
    search: str
    is_full: bool
    is_minimal: bool
    is_full_service: bool
    is_top_only: bool
    modified_after: datetime | None
    organization_id: UUID | None
    taxonomy_id: UUID | None
    taxonomy_term_id: UUID | None
    parent_id: UUID | None
    postcode: str

    @property
    def span(self):
        """The rows of its page."""
        return slice((self.page - 1) * self.per_page, self.page * self.per_page)


def read(values):
    """The question in the parameters of an address. Raises BadParameter. Other names are left alone."""
    if values.get("format", "json") != "json":
        raise BadParameter("format", _("Only json is offered."))
    if "proximity" in values:
        raise BadParameter("proximity", _("Searching by distance is not offered. Leave it out."))
    is_minimal, is_full = flag(values, "minimal"), flag(values, "full")
    if is_minimal and is_full:
        raise BadParameter("minimal", _("Ask for minimal or for full, not for both."))
    most = MOST_OF_MINIMAL if is_minimal else MOST_ON_A_PAGE
    return Question(
        page=number(values, "page", usual=1, most=LAST_PAGE),
        per_page=number(values, "per_page", usual=most if is_minimal else USUAL_ON_A_PAGE, most=most),
        search=words(values, "search"),
        is_full=is_full,
        is_minimal=is_minimal,
        is_full_service=flag(values, "full_service"),
        is_top_only=flag(values, "top_only"),
        modified_after=moment(values, "modified_after"),
        **{name: key(values, name) for name in ("organization_id", "taxonomy_id", "taxonomy_term_id", "parent_id")},
        postcode=words(values, "postcode"),
    )


def number(values, name, *, usual, most):
    text = values.get(name)
    if text is None:
        return usual
    if not (text.isascii() and text.isdecimal() and len(text) <= len(str(most)) and 1 <= int(text) <= most):
        raise BadParameter(name, _("Give a whole number from 1 to %(most)s.") % {"most": most})
    return int(text)


def flag(values, name):
    text = values.get(name, "false").lower()
    if text not in ("true", "false"):
        raise BadParameter(name, _("Say true or false."))
    return text == "true"


def words(values, name):
    text = " ".join(values.get(name, "").split())
    if len(text) > LONGEST_SEARCH:
        raise BadParameter(name, _("Give at most %(most)s characters.") % {"most": LONGEST_SEARCH})
    return text


def key(values, name):
    text = values.get(name)
    try:
        return text if text is None else UUID(text)
    except ValueError:
        raise BadParameter(name, _("Give an id as 400a2780-a559-52c7-9b0d-3ba3772fa0f2.")) from None


def moment(values, name):
    """An instant; a day is its midnight in UTC, and so is a time without a zone."""
    text = values.get(name)
    if text is None:
        return None
    try:
        day = parse_date(text)
        found = datetime.combine(day, time.min) if day else parse_datetime(text.replace(" ", "+"))
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, AttributeError):
        raise BadParameter(name, _("Give a moment as 2026-11-28T09:30:00Z, or a day as 2026-11-28.")) from None
