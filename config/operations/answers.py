"""How something about a running Doorway is, in one sentence, and what to do about it."""

from dataclasses import dataclass

OK, LOOK, BROKEN = "ok", "look", "broken"  # well; somebody should look at it by day; somebody should now
WORST_FIRST = [BROKEN, LOOK, OK]


@dataclass(frozen=True)
class Answer:
    """`about` is a code that stays the same whatever the language. Neither sentence holds a secret or a person."""

    about: str
    state: str
    says: str
    to_do: str = ""


def ok(about, says):
    return Answer(about, OK, says)


def look(about, says, to_do):
    return Answer(about, LOOK, says, to_do)


def broken(about, says, to_do):
    return Answer(about, BROKEN, says, to_do)


def worst(answers):
    """The worst state among them; well where there are none."""
    states = {each.state for each in answers}
    return next((state for state in WORST_FIRST if state in states), OK)
