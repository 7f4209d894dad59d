"""The one lawful door through every trigger that says "never deleted", kept by the database itself.

`doorway_dispose(record)` looks again at everything that must hold (two people said so, the time is over, nobody holds
it, nothing is open), opens the door for its own transaction, deletes one record as a whole, writes the tombstone and
shuts the door. The door is a column of the tombstone. A role that only uses the tables must have no right to UPDATE
that table: then only the function, which runs as the tables' owner, opens it; and while it is open nothing else runs.

pgtrigger asks a function of its own before each trigger whether to leave it out, and stock pgtrigger lets anybody who
can set a variable do so. `write` puts ours in its place after every migration, because installing a trigger brings
the stock one back.
"""

from pathlib import Path

from followups.keeping import declared, reach

HERE = Path(__file__).parent


def dispose():
    """The function that deletes one record, written out for the tables there are."""
    tables = reach.tables()
    numbers = {each.model: number for number, each in enumerate(tables)}
    declares = "\n    ".join(f"ids_{number} {each.pk_type}[];" for number, each in enumerate(tables))
    gathers = "\n    ".join(gather(each, numbers) for each in tables if each.model._meta.label not in reach.ROOTS)
    deletes = "\n    ".join(delete(each, numbers) for each in reversed(tables))
    written = (HERE / "dispose.sql").read_text()
    return written.format(declares=declares, gathers=gathers, deletes=deletes)


def gather(each, numbers):
    """Which rows of a table belong to the record."""
    number, conditions = numbers[each.model], []
    conditions += [f'"{column}" = ANY(ids_{numbers[parent]})' for column, parent in each.through.items()]
    if each.orphans:
        tracked = reach.tracked_by(each.model)._meta
        is_gone = f'NOT EXISTS (SELECT 1 FROM "{tracked.db_table}" AS o WHERE o."{tracked.pk.column}" = t.pgh_obj_id)'  # nosec B608
        conditions += [f'"{c}" = ANY(ids_{numbers[parent]}) AND {is_gone}' for c, parent in each.orphans.items()]
    found = " UNION ".join(f'SELECT "{each.pk}" AS pk FROM "{each.table}" AS t WHERE {said}' for said in conditions)  # nosec B608
    return f"SELECT coalesce(array_agg(pk), '{{}}') INTO ids_{number} FROM ({found}) AS found;"  # nosec B608


def delete(each, numbers):
    number, name = numbers[each.model], declared.class_of(each.model)
    lines = [
        f'UPDATE "{each.table}" SET "{column}" = NULL'  # nosec B608
        f' WHERE "{column}" = ANY(ids_{number}) AND "{each.pk}" <> ALL(ids_{number});'
        for column in each.loose
    ]
    lines.append(f'DELETE FROM "{each.table}" WHERE "{each.pk}" = ANY(ids_{number});')  # nosec B608
    lines.append("GET DIAGNOSTICS gone = ROW_COUNT;")
    lines.append(f"done := jsonb_set(done, '{{{name}}}', to_jsonb(coalesce((done->>'{name}')::int, 0) + gone));")
    return "\n    ".join(lines)


def write(cursor):
    """Put the functions and guards in place as they should be now; nothing before all their tables are there.

    Part of what is written after every migration (`accounts.database_walls`), before rights are.
    """
    cursor.execute("SELECT to_regclass('followups_disposedrecord') IS NOT NULL")
    if cursor.fetchone()[0]:
        cursor.execute((HERE / "doors.sql").read_text())
        cursor.execute(dispose())
