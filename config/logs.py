"""Logs: one JSON object on a line, in UTC, with ids and never with words.

A message of ours is a fixed sentence with ids, numbers and names of kinds in it (a rule of `make security` looks for
others), and is written as it is. Other people's libraries put values into theirs: addresses, rows, what somebody typed.
Of those the fixed part stays and every value that is no number is left out. Of an error its kind and where it happened
are written, and for the database which rule was broken; never what it says, since PostgreSQL quotes the row, Django
the value, and SMTP the recipient. So no setting and no level makes a log readable about people.
"""

import contextvars
import json
import logging
import logging.config
import sys
import threading
from contextlib import suppress
from datetime import UTC, datetime
from http.client import responses
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

PROJECT = Path(__file__).resolve().parent.parent
OURS = {"accounts", "config", "followups", "protocols", "resources", "sessions_app"}
#: Their sentences without any value in them are fixed ones, about starting, stopping and connecting.
PLAIN_SPEAKERS = {"celery", "granian", "_granian"}
#: Of what Celery says about a task these are names and ids; its error, arguments and answer are not.
OF_A_TASK = {"name", "id", "hostname", "queue", "runtime"}
LEFT_OUT = "…"
STATUSES = set(responses.values())  # "Not Found", as Django says it
MOST_FRAMES, MOST_CAUSES, MOST_LETTERS = 12, 4, 100
#: Kinds of errors whose words are about the installation and come before any row is read.
ABOUT_THE_INSTALLATION = {"ImproperlyConfigured", "ImportError", "ModuleNotFoundError", "TemplateDoesNotExist"}

request_id = contextvars.ContextVar("request_id", default=None)


def configure(described):
    """Set logging up from the settings' LOGGING; what ends a program or a thread is written in the same way.

    Django calls it, as its LOGGING_CONFIG. With DEBUG on errors are shown whole, for whoever develops.
    """
    logging.config.dictConfig(described)
    logging.captureWarnings(True)
    if described["formatters"]["line"].get("()") == "config.logs.Line":
        logging.raiseExceptions = False  # else a line that cannot be written shows its values
        sys.excepthook = ended
        threading.excepthook = lambda facts: ended(facts.exc_type, facts.exc_value, facts.exc_traceback)


def ended(kind, error, trace):
    if issubclass(kind, KeyboardInterrupt | SystemExit):
        return
    logging.getLogger("config.logs").critical("ended by an error", exc_info=(kind, error, trace))


class Line(logging.Formatter):
    """A record as one line. What somebody sent cannot begin another: JSON writes line ends as `\\n`."""

    def format(self, record):
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": message_of(record),
            "request": request_id.get(),
            **getattr(record, "facts", {}),
        }
        if error := record.exc_info and record.exc_info[1]:
            line["error"] = described(error)
        return json.dumps({name: value for name, value in line.items() if value is not None}, default=told)


def message_of(record):
    """What was said: whole from us; from others the sentence, with numbers and ids in it and nothing else."""
    room = record.name.partition(".")[0]
    if room in OURS:
        return record.getMessage()
    if record.args:
        return filled(str(record.msg), record.args)
    if room in PLAIN_SPEAKERS and record.name != "celery.redirected":  # which is whatever anybody printed
        return str(record.msg).partition("\n")[0][:MOST_LETTERS]
    return f"said at {place_of(record.pathname)}:{record.lineno}"


def filled(sentence, args):
    with suppress(TypeError, ValueError, KeyError):
        if isinstance(args, dict):
            return sentence % {name: value if name in OF_A_TASK else told(value) for name, value in args.items()}
        return sentence % tuple(told(each) for each in (args if isinstance(args, tuple) else (args,)))
    return sentence


def told(value):
    """A value that may be written: a number, a UUID, yes or no, the name of an error's kind."""
    if value is None or isinstance(value, bool | int | float) or (isinstance(value, str) and value in STATUSES):
        return value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, BaseException):
        return kind_of(value)
    return LEFT_OUT


def described(error):
    """An error and what caused it, as a list: each with its kind, where it was raised, and what rule it broke."""
    causes, seen = [], set()
    while error is not None and id(error) not in seen and len(causes) < MOST_CAUSES:
        seen.add(id(error))
        causes.append({"kind": kind_of(error), **rule_of(error), "trace": places(error.__traceback__)})
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return causes


def kind_of(error):
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def rule_of(error):
    """What may be told of an error beside its kind: names of tables and constraints, codes, never a value."""
    diagnosis = getattr(error, "diag", None) or SimpleNamespace()
    names = {"sqlstate": "sqlstate", "constraint": "constraint_name", "table": "table_name", "column": "column_name"}
    facts = {name: getattr(diagnosis, source, None) for name, source in names.items()}
    facts["errno"] = error.errno if isinstance(error, OSError) else None
    if type(error).__name__ in ABOUT_THE_INSTALLATION or is_no_connection(error):
        facts["words"] = str(error)
    return {name: value for name, value in facts.items() if value is not None}


def is_no_connection(error):
    """Whether the database was never reached: then the words name its address, and no row."""
    return type(error).__name__ == "OperationalError" and getattr(getattr(error, "diag", None), "sqlstate", 0) is None


def places(trace):
    """Where an error went through, the innermost last: file, line and function, without any of their values."""
    found = []
    while trace is not None:
        code = trace.tb_frame.f_code
        found.append(f"{place_of(code.co_filename)}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return found[-MOST_FRAMES:]


def place_of(path):
    """A file by its way from the project, or from the folder of libraries."""
    path = str(path)
    for root in (f"{PROJECT}/", "site-packages/", f"{sys.base_prefix}/"):
        _, found, rest = path.rpartition(root)
        if found:
            return rest
    return path
