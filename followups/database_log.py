"""Whether PostgreSQL writes into its own log what people wrote: only its administrator can keep it from that."""

from django.core.checks import Tags, Warning, register
from django.db import connections

#: setting: (what it may be, what to set it to). Statements hold values, and DETAIL lines quote whole rows.
WANTED = {
    "log_min_error_statement": (("log", "fatal", "panic"), "panic"),
    "log_error_verbosity": (("terse",), "terse"),
    "log_statement": (("none", "ddl"), "none"),
    "log_min_duration_statement": (("-1",), "-1"),
    "log_parameter_max_length_on_error": (("0",), "0"),
}


@register(Tags.database)
def nothing_written_is_logged(*, databases=None, **_):
    """One warning for each setting that lets clients' data into the server's log."""
    return [warning for alias in databases or () for warning in warnings_of(alias)]


def warnings_of(alias):
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(WANTED)])
        for name, value in cursor.fetchall():
            allowed, best = WANTED[name]
            if value not in allowed:
                hint = f"As a superuser: ALTER SYSTEM SET {name} = '{best}'; SELECT pg_reload_conf();"
                yield Warning(f"PostgreSQL's {name} is “{value}”: its log may hold what people wrote.", hint=hint,
                              obj=alias, id="doorway.W001")  # fmt: skip
