"""What each cell of the matrix must answer: worked out from the declared table, who knocks, and whose row it is."""

from accounts.models import Role
from tests.access_world import ACTORS, OBJECTS, OPENED_IN_EMERGENCY, SIGNED_OUT
from tests.test_access import ACTORS as COLUMNS
from tests.test_access import OF_A_SIGNED_REPORT, TABLE

OPEN = "open"  # the page, or what follows from a form: which of them is for the table of one day to say
LOGIN = "login"
CLOSED = {403, 404, 405}

#: What a privacy officer may open beside what is open to all staff.
OF_THE_OFFICER = {"emergency-reviews", "emergency-review", "keeping", "holds", "disposals", "adopt-rule"}
OF_THE_OFFICER |= {"trail", "find-client-trail", "client-trail", "client-answer", "client-trail-table"}
#: Theirs as well, of rows that nobody has made in this world.
NOT_THERE = {"disposal", "disposal-certificate", "answer-disposal", "lift-hold"}
#: Whoever has the row: the owner, in whatever role.
OF_THE_OWNER = {"end-device", "mfa_edit_webauthn", "mfa_remove_webauthn"}
#: What an emergency access opens, beside its own pages.
IN_EMERGENCY = {"departure", "plan", "attempts", "what-when", "chart", "chart-style", "record-contact"}
#: Pages of the one who opened it, where the table's stranger is that person.
OF_WHO_OPENED_IT = {"emergency-record", "end-emergency"}
#: Rows that wait for any supervisor of the site.
OF_THE_SITE = {"override", "remove-shift"}
#: What goes to other record systems: an exercise is handed on to nobody.
NEVER_OF_AN_EXERCISE = {"departure-exchange", "departure-bundle"}
#: Nothing is there to be seen in these rows: for whoever may see the row as well.
MAY_BE_EMPTY = {*OF_A_SIGNED_REPORT, "paper-file", "calendar", "adopt-policy", "review-translation", "trends-file"}
MAY_BE_EMPTY |= {
    "publish-protocol",
    "publish-word-list",
    "plan-word-list",
    "schedule-policy",
}  # the clinical lead's alone


def column_of(route, method):
    answers = TABLE[route][0 if method in ("GET", "HEAD") else 1]
    return dict(zip(COLUMNS, answers, strict=True))


def expected(route, method, actor, thing):
    """What the cell must answer: OPEN, LOGIN, or a status."""
    row = column_of(route, method)
    if actor in SIGNED_OUT:
        return LOGIN if row[None] == 302 else told(row[None])
    if row["therapist"] == row["admin"] == 405:
        return 405
    return told(answer_of(route, method, row, actor, thing))


def told(status):
    return status if status in CLOSED or status >= 500 else OPEN


def answer_of(route, method, row, actor, thing):
    if actor == "admin":
        return row["admin"]
    if actor in ("officer", "role taken"):
        return nobodys(route, row, actor, thing)
    if thing is None:
        return of_no_record(route, row, actor)
    if route in OF_THE_SITE:
        return of_the_site(route, row, actor, thing)
    if actor == "emergency" and opens_in_emergency(route, method, thing):
        return 200
    return of_somebody(route, row, actor, thing)


def of_no_record(route, row, actor):
    """A page about no record: for whoever holds the role, or for the one whose passkey or device it is about."""
    if route in OF_THE_OWNER:
        return row["therapist"] if actor == "owner" else 404
    return of_nobody(row, ACTORS[actor])


def nobodys(route, row, actor, thing):
    """Whoever holds none of the roles sees what all staff see; to a privacy officer some pages are open besides."""
    if actor == "officer" and route in OF_THE_OFFICER | NOT_THERE:
        return 404 if thing == "random" or route in NOT_THERE else 200
    is_for_all = not {row["therapist"], row["supervisor"], row["admin"]} & CLOSED
    return row["admin"] if row["admin"] in CLOSED or is_for_all else 403


def of_somebody(route, row, actor, thing):
    owner, answer_for_it = OBJECTS[thing]
    if route in OF_WHO_OPENED_IT:
        return row["therapist"]
    if actor == owner:
        return 404 if thing == "practice" and route in NEVER_OF_AN_EXERCISE else row["therapist"]
    if actor not in answer_for_it:
        return of_nobody(row, ACTORS[actor])
    is_therapist_too = Role.THERAPIST in ACTORS[actor]
    return row["stranger"] if is_therapist_too and row["supervisor"] in CLOSED else row["supervisor"]


def of_nobody(row, roles):
    """Somebody in these roles who has nothing to do with the row."""
    if len(roles) > 1:
        return row["stranger"]
    if Role.SUPERVISOR in roles:
        return row["former_supervisor"]
    return 403 if row["therapist"] == 403 else row["stranger"]


def opens_in_emergency(route, method, thing):
    if route in OF_WHO_OPENED_IT:
        return thing == "own"
    is_looking = method in ("GET", "HEAD")
    return thing in OPENED_IN_EMERGENCY and route in IN_EMERGENCY and (is_looking or route == "record-contact")


def of_the_site(route, row, actor, thing):
    """What waits for anybody who supervises at the site; a therapist sees their own."""
    is_supervisor = Role.SUPERVISOR in ACTORS[actor]
    if not is_supervisor and row["therapist"] == 403:
        return 403
    is_at_site = (actor == "other site supervisor") == (thing == "other site") and thing != "random"
    return 200 if actor == OBJECTS[thing][0] or (is_supervisor and is_at_site and thing != "practice") else 404
