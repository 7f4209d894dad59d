"""Many people at once, from a list (CSV): looked through first, with every doubt by line and column, then asked in."""

import csv
import io
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from accounts import invitations, people
from accounts.models import Invitation, Role, Site, Team, User

MOST_BYTES, MOST_ROWS, MOST_PROBLEMS = 100_000, 500, 50
LONGEST = 80  # of a name, and of a team's
#: What a column may be called, in the languages of the interface.
COLUMNS = {
    "name": ["name", "nombre"],
    "email": ["email", "e-mail", "mail", "correo"],
    "roles": ["roles", "role", "rol", "funciones"],
    "site": ["site", "centro", "sede"],
    "team": ["team", "equipo"],
    "supervisor": ["supervisor", "supervisor email", "supervisora"],
}
NEEDED = ["name", "email", "roles", "site", "team"]
ROLES = {
    Role.THERAPIST: ["therapist", "terapeuta"],
    Role.SUPERVISOR: ["supervisor", "supervisora"],
    Role.ADMIN: ["admin", "administrator", "administración"],
    Role.PRIVACY: ["privacy", "privacy officer", "privacidad"],
}


class FileIsWrong(ValueError):
    """Something in it cannot be so, or could not be read; nothing was written. `problems` are of `Problem`."""

    def __init__(self, problems):
        super().__init__(str(len(problems)))
        self.problems = problems


@dataclass(frozen=True)
class Problem:
    """What is wrong, in words; `line` counts from the headings, which are line 1. 0 is the whole file."""

    line: int
    column: str
    words: str


@dataclass(frozen=True)
class Row:
    """One person. `state` is new, asked (and has not come yet) or here; `supervisor` is an address, or empty."""

    line: int
    name: str
    email: str
    roles: list
    site: Site
    team: str
    supervisor: str
    state: str
    is_new_team: bool

    @property
    def role_names(self):
        return [Role(each).label for each in self.roles]


def text_of(data):
    """A file as text, however a spreadsheet wrote it. Raises FileIsWrong."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise FileIsWrong([Problem(0, "", _("This is no list. Save it as CSV (UTF-8), then send it again."))])


def look_through(text):
    """Every row as it would be asked in; nothing is written. Raises FileIsWrong with every mistake that was found."""
    records, columns = records_of(text)
    look = Look(records, columns)
    rows = [look.row(line, cells) for line, cells in records]
    if look.problems:
        raise FileIsWrong(look.problems[:MOST_PROBLEMS])
    return rows


@transaction.atomic
def ask_in(text, *, language, by):
    """Ask everybody in who is neither here nor asked, all of them or nobody. Returns those rows.

    Said again it asks nobody, since all were asked. Raises FileIsWrong; also where somebody else asked one of them in
    at this very moment.
    """
    found = [row for row in look_through(text) if row.state == "new"]
    here = {each.email: each for each in User.objects.filter(email__in=[row.supervisor for row in found])}
    for row in found:
        supervisor = here.get(row.supervisor)
        who = {"email": row.email, "name": row.name, "roles": row.roles, "supervisor": supervisor}
        who |= {"team": people.team_at(row.site, row.team, by=by), "language": language, "by": by}
        try:
            invitations.invite(**who, supervisor_email="" if supervisor else row.supervisor)
        except invitations.NotInvited as problem:
            raise FileIsWrong([Problem(row.line, "email", str(problem))]) from problem
    return found


def records_of(text):
    """([(line, {column: words})], {column: its heading}). Raises FileIsWrong where it is no such list."""
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(";,\t", key=first.count)
    try:
        lines = list(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise FileIsWrong(
            [Problem(0, "", _("A quotation mark is not closed, or stands where none may be."))]
        ) from error
    headings = [each.strip() for each in (lines[0] if lines else [])]
    places = places_of(headings)
    if missing := [name for name in NEEDED if name not in places]:
        words = _("These columns are missing: %(columns)s.") % {"columns": ", ".join(missing)}
        raise FileIsWrong([Problem(1, "", words)])
    cells = [
        (line, {name: row[at].strip() if at < len(row) else "" for name, at in places.items()})
        for line, row in enumerate(lines[1:], start=2)
        if any(each.strip() for each in row)
    ]
    if not cells or len(cells) > MOST_ROWS:
        words = _("The list must have 1 to %(most)s people.") % {"most": MOST_ROWS}
        raise FileIsWrong([Problem(0, "", words)])
    return cells, {name: headings[at] for name, at in places.items()}


def places_of(headings):
    """{what it says: its place}, of the columns that are known; the first of two wins."""
    found = {}
    for at, heading in enumerate(headings):
        for name, known in COLUMNS.items():
            if heading.casefold() in known:
                found.setdefault(name, at)
    return found


@dataclass
class Look:
    """One look through a list, and what is here already: six queries, however many rows."""

    records: list
    headings: dict
    problems: list = field(default_factory=list)

    def __post_init__(self):
        emails = {
            cells[name].lower() for _line, cells in self.records for name in ("email", "supervisor") if name in cells
        }
        self.sites = {each.name.casefold(): each for each in Site.objects.all()}
        self.teams = {(each.site_id, each.name.casefold()): each.name for each in Team.objects.all()}
        here = User.objects.filter(email__in=emails)
        self.here = {each.email for each in here}
        asked = list(Invitation.objects.unanswered().filter(email__in=emails).values_list("email", "roles"))
        self.asked = {email for email, _roles in asked}
        self.supervisors = {each.email for each in here if each.is_active and each.is_supervisor}
        self.supervisors |= {email for email, roles in asked if Role.SUPERVISOR in roles}
        self.supervisors |= {
            cells["email"].lower() for _line, cells in self.records if Role.SUPERVISOR in known_roles(cells["roles"])[0]
        }
        self.seen = {}

    def wrong(self, line, column, words):
        self.problems.append(Problem(line, self.headings[column], words))

    def row(self, line, cells):
        email, site = self.email(line, cells["email"]), self.site(line, cells["site"])
        team = self.words(line, "team", cells["team"])
        known = site and self.teams.get((site.pk, team.casefold()))
        return Row(
            line=line,
            name=self.words(line, "name", cells["name"]),
            email=email,
            roles=self.roles(line, cells["roles"]),
            site=site,
            team=known or team,
            supervisor=self.supervisor(line, cells.get("supervisor", ""), email),
            state="here" if email in self.here else "asked" if email in self.asked else "new",
            is_new_team=not known,
        )

    def words(self, line, column, typed):
        if not typed:
            self.wrong(line, column, _("This is empty."))
        elif len(typed) > LONGEST:
            self.wrong(line, column, _("This is too long: at most %(most)s signs.") % {"most": LONGEST})
        return typed

    def email(self, line, typed):
        email = typed.lower()
        try:
            validate_email(email)
        except ValidationError:
            self.wrong(line, "email", _("“%(typed)s” is no address.") % {"typed": typed})
            return email
        if earlier := self.seen.get(email):
            self.wrong(line, "email", _("This address stands in line %(line)s as well.") % {"line": earlier})
        self.seen.setdefault(email, line)
        return email

    def site(self, line, typed):
        found = self.sites.get(typed.casefold())
        if found is None:
            self.wrong(line, "site", _("There is no site “%(typed)s”. Add it first.") % {"typed": typed})
        return found

    def roles(self, line, typed):
        found, unknown = known_roles(typed)
        if unknown or not found:
            words = _("“%(typed)s” is no role. Roles are: %(roles)s. Put ; between two of them.")
            facts = {"typed": unknown[0] if unknown else "", "roles": ", ".join(each[0] for each in ROLES.values())}
            self.wrong(line, "roles", words % facts)
        return found

    def supervisor(self, line, typed, email):
        address = typed.lower()
        if address and address == email:
            self.wrong(line, "supervisor", _("Nobody supervises themselves."))
        elif address and address not in self.supervisors:
            words = _("“%(typed)s” is the address of no supervisor, here or in this list.")
            self.wrong(line, "supervisor", words % {"typed": typed})
        return address


def known_roles(typed):
    """(roles, words that name none) of a cell."""
    spoken = {word: role for role, words in ROLES.items() for word in words}
    words = [each.strip().casefold() for each in typed.replace(",", ";").replace("/", ";").split(";") if each.strip()]
    found = [spoken[each] for each in words if each in spoken]
    return list(dict.fromkeys(found)), [each for each in words if each not in spoken]
