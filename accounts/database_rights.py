"""What each database role may do with each table, and which rows: written into PostgreSQL by `database_walls`.

The second wall behind the querysets. A table of clinical rows has a `Rule`: its rows are shown by row level security,
which is forced, so that it holds for the table's owner as well, who has a policy that says so. Every other table stands
in REST with what the application may do with it as a whole. A table that stands nowhere may not be touched at all, so
that nobody adds one without deciding.

A rule is a condition of SQL over the columns of its table. `{me}`, `{own}`, `{people}` and the other names in FACTS
stand for what `doorway_enter` found out about the person, once at the beginning of the transaction; PostgreSQL reads
each of them once per statement. Nobody entered: each is NULL, and no row is shown. A condition that looks at another
clinical table sees of it what the person sees: `EXISTS (... departure ...)` is the whole rule for what hangs on a
departure.
"""

from dataclasses import dataclass
from functools import cache

from django.apps import apps
from django.conf import settings

from accounts.numbers import NumberedFirst

#: name: type of what is known of the person who acts. Set by `doorway_enter` until the transaction ends.
FACTS = {
    "me": "bigint",  # the person
    "own": "bigint",  # the person, if they are a therapist: whose rows are their own
    "people": "bigint[]",  # whose work they answer for today, as `accounts.supervision.answers_for` has it
    "contact_of": "bigint",  # the site whose calls for help they hear
    "trail": "bigint",  # the last entry of the audit trail before this transaction
    "reads_trail": "boolean",  # a privacy officer
    "looked_into": "bigint[]",  # entries about one client whom they answer for, once they have asked for them
}
VERBS = {"S": "SELECT", "I": "INSERT", "U": "UPDATE", "D": "DELETE"}
EVERYTHING = "SIUD"


@dataclass(frozen=True)
class Rule:
    """`verbs` is what the application may do with rows that it `sees`; new rows and new values satisfy `writes`.

    `worker` is what the worker may do with every row, whoever's it is: reminders, papers and figures need it.
    """

    sees: str
    verbs: str = "SIU"
    writes: str = ""
    worker: str = "S"


RULES = {
    # Entries are added, and read where a feature shows who did something; RETURNING needs those of this transaction.
    "accounts_auditentry": Rule("{reads_trail} OR id > {trail}", verbs="SI", writes="true"),
}
#: More rows of a table that a room shows, beside its rule: (table, condition).
ALSO_SHOWN = [
    ("accounts_auditentry", "subject_type LIKE 'resources.%'"),
    ("accounts_auditentry", "by_id = {me} AND action = 'viewed'"),  # whether they have just looked at the same
    ("accounts_auditentry", "id = ANY({looked_into})"),
]
#: What is known of a person besides FACTS, told by the room whose tables it stands in: {name: (type, expression)}.
MORE_FACTS = {}
#: The same, but asked for in a transaction when a rule first comes to it: rows of one's own are shown without.
LENT_FACTS = {}
#: Tables without clinical rows: what the application may do with them, whoever acts.
REST = {
    "accounts_auditform": "",
    "accounts_auditlink": "",
    "accounts_conversion": "S",
    "accounts_invitation": "SIU",
    "accounts_mailtest": "SIU",
    "accounts_organisation": "SIU",
    "accounts_leaving": "SIU",
    "accounts_policyreport": "SIU",
    "accounts_site": "SIU",
    "accounts_siterule": EVERYTHING,
    "accounts_staffmail": EVERYTHING,
    "accounts_supervision": EVERYTHING,
    "accounts_team": "SIU",
    "accounts_teamcover": EVERYTHING,
    "accounts_traineeship": EVERYTHING,
    "accounts_user": "SIU",
    "account_emailaddress": EVERYTHING,
    "account_emailconfirmation": EVERYTHING,
    "mfa_authenticator": EVERYTHING,
    "socialaccount_socialaccount": EVERYTHING,
    "socialaccount_socialapp": "S",
    "socialaccount_socialapp_sites": "S",
    "socialaccount_socialtoken": EVERYTHING,
    "usersessions_usersession": EVERYTHING,
    "auth_group": "S",
    "auth_group_permissions": "S",
    "auth_permission": "S",
    "cache": EVERYTHING,
    "django_content_type": "S",
    "django_migrations": "S",
    "django_session": EVERYTHING,
    "pghistory_context": "",
}
#: What the worker may do besides, with tables that the application may not use: it proves that the chain is whole.
WORKERS = {"accounts_auditform": "S", "accounts_auditlink": "S"}
#: Functions that run as the owner of the tables, and who may call them. All others nobody may.
EXECUTE = {"app": {"doorway_enter", "doorway_lent"}, "worker": {"accounts_seal_trail"}}
#: Called with a cursor before rights are written: each puts the functions of its room in place.
FUNCTIONS = []
#: Triggers that judge by who sent the statement, so that they run as whoever that is and not as the owner.
AS_WHOEVER_WRITES = set()


def role(kind):
    """The name of the group role: `app` acts for people, `worker` for the clock."""
    return f"{settings.DATABASE_ROLE_PREFIX}_{kind}"


def is_declared(table):
    return table in RULES or table in REST or bool(history_of(table))


def verbs_of(table, kind="app"):
    """What a role may do with a table at all; which rows, says the table's rule.

    The worker, who may besides do what the application may, reads every history: it proves that none was changed.
    """
    if original := history_of(table):
        return "S" if kind == "worker" or original not in RULES else ""
    if table in RULES:
        return RULES[table].worker if kind == "worker" else RULES[table].verbs
    return (WORKERS if kind == "worker" else REST).get(table, "")


def is_walled(table):
    """Whether row level security holds for the table."""
    return table in RULES or history_of(table) in RULES


def history_of(table):
    """The table whose versions this one keeps, or ""."""
    return table.removesuffix("event") if table in history_tables() else ""


@cache
def history_tables():
    return {model._meta.db_table for model in apps.get_models() if hasattr(model, "pgh_tracked_model")}


@cache
def numbered_first():
    """Tables whose keys are taken from their sequence before the row is written."""
    return {model._meta.db_table for model in apps.get_models() if isinstance(model._meta.pk, NumberedFirst)}


def condition(text):
    """A rule with each fact read from the transaction, once per statement."""
    return text.format(**{name: fact(name, kind) for name, kind in known_facts().items()})


def fact(name, kind):
    read = f"doorway_lent('{name}')" if name in LENT_FACTS else f"nullif(current_setting('doorway.{name}', true), '')"
    return f"(SELECT {read}::{kind})::{kind}" if kind.endswith("[]") else f"(SELECT {read}::{kind})"


def facts_at_once():
    return FACTS | {name: kind for name, (kind, _expression) in MORE_FACTS.items()}


def known_facts():
    return facts_at_once() | {name: kind for name, (kind, _expression) in LENT_FACTS.items()}
