"""What may be asked about rows that one may not see: functions of the owner of the tables, in row_functions.sql."""

from pathlib import Path

from psycopg import sql

from accounts.database_rights import EXECUTE, FUNCTIONS, condition
from sessions_app import trail
from sessions_app.row_rules import OWN

SUBJECT = -417  # stands for the client whom the function is asked about, and is nobody's number
FILE = Path(__file__).with_suffix(".sql")


def write(cursor):
    facts = {"own": OWN, "me": "{me}", "people": "{people}", "reads_trail": "{reads_trail}"}
    facts = {name: condition(text) for name, text in facts.items()}
    cursor.execute(FILE.read_text().format(about=written_out(*trail.statement_about(SUBJECT)), **facts))


def written_out(statement, values):
    """A statement with its values in it, and the client's number left open."""
    names = ["subject" if value == SUBJECT else sql.Literal(value).as_string() for value in values]
    return statement % tuple(names)


FUNCTIONS.append(write)
EXECUTE["app"] |= {"doorway_client_numbers", "doorway_hand_over", "doorway_look_into_trail", "doorway_note_reference"}
