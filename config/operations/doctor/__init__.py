"""`manage.py doctor`: looks at everything Doorway rests on, says how it is, and what to do. Changes nothing.

Each subject is a module whose `answers()` yields one Answer for each thing that was asked. None holds a secret: of an
address only its host and port are told, of a key its name and fingerprint, of an error its kind.
"""

from config.operations.answers import broken, look
from config.operations.doctor import backups, clocks, database, front, keys, mail, processes, redis, settings

SUBJECTS = {
    "settings": settings.answers,
    "database": database.answers,
    "redis": redis.answers,
    "mail": mail.answers,
    "clocks": clocks.answers,
    "keys": keys.answers,
    "backups": backups.answers,
    "processes": processes.answers,
    "front": front.answers,
}
ASK_THE_DATABASE = {"clocks", "keys", "backups", "processes", "front"}


def ask(subjects=()):
    """[(subject, Answer)] for each of the subjects, or for all."""
    found = []
    for name in subjects or SUBJECTS:
        found += [(name, answer) for answer in answers_of(name)]
    return found


def answers_of(name):
    """Whatever cannot be asked is an answer as well: the doctor himself never breaks."""
    if name in ASK_THE_DATABASE and database.why_away():
        return [look(name, "Not asked: the database does not answer.", "See the database first.")]
    found = []
    try:
        found.extend(SUBJECTS[name]())
    except Exception as problem:  # whatever is wrong here is what the doctor is there to say
        kind = f"{type(problem).__module__}.{type(problem).__qualname__}"
        to_do = "Is everything migrated? If so, tell whoever made it."
        found.append(broken(name, f"It could not be asked: {kind}.", to_do))
    return found
