"""The organisation's own tasks at a step: noted as done or not, like whatever else is noted there.

Their keys begin with `task-`, which no other capture does; their words are those of the edition the departure is
pinned to, so that they never change under a record.
"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from protocols import editions
from sessions_app.captures import choice

DONE = [("yes", gettext_lazy("Done")), ("no", gettext_lazy("Not done"))]


def is_own(name):
    return name.startswith("task-")


def captures_of(step):
    """Each own task of a step as something that can be noted, by its key."""
    return {key: choice(words, DONE) for key, words in step.own_tasks}


def of_edition(version_id):
    """Those of a whole edition, in the order of the steps: {key: (title of the step, what can be noted)}."""
    steps = editions.steps_of(version_id)
    return {key: (step.title, each) for step in steps for key, each in captures_of(step).items()}


def described(departure):
    """What stands noted of them, as (label, words). No query for an edition that has none, else one."""
    known = of_edition(departure.protocol_version_id)
    current = {fact.name: fact for fact in departure.captured_facts.current()} if known else {}
    noted = [(task, current[key].value) for key, (_title, task) in known.items() if key in current]
    return [(task.label, task.words(value)) for task, value in noted if value]


def told(fact, known):
    """One of them as a line of the timeline, at its step, in the words of `known`."""
    title, task = known[fact.name]
    words = task.words(fact.value).lower() if fact.value else _("taken back")
    return f"{title}: {task.label}: {words}"
