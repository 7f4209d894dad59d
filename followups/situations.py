"""Which situations a departure is in, as far as a person has said so. Nothing is guessed."""

from followups.models import Situation
from sessions_app import captures
from sessions_app.models import AgeBand, Composition
from sessions_app.models.departures import Kind
from sessions_app.safety import is_impaired_driving

WITH_AN_ADULT = {"guardian", "agreed_adult", "staff"}


def of(departure):
    """The situations whose tasks belong into the plan, in the order of the list. One query.

    *Asked for no contact* is not among them: it takes tasks away, see `plans`. Neither are those that are rules only.
    """
    noted = captures.values(departure)
    present = {
        Situation.REMOTE_DROPPED: is_dropped(departure),
        Situation.MINOR: departure.age_band != AgeBand.ADULT,
        Situation.MINOR_ALONE: is_alone(departure, noted),
        Situation.COUPLE_OR_FAMILY: departure.composition in (Composition.COUPLE, Composition.FAMILY),
        Situation.GROUP: departure.is_of_a_group,
        Situation.IMPAIRED_DRIVING: is_impaired_driving(noted),
        Situation.ENDED_BY_CLIENT: has_ended_therapy(noted),
    }
    return [situation for situation, is_present in present.items() if is_present]


def is_dropped(departure):
    """On video or phone, and the line dropped or was hung up: nobody has come back yet."""
    has_gone = departure.ended_at is not None and departure.has_happened
    return departure.is_remote and has_gone and (departure.has_dropped or departure.kind == Kind.CONNECTION_LOST)


def is_alone(departure, noted):
    """A young person is away, and nobody has noted an adult who has them or was told."""
    is_away = departure.ended_at is not None and departure.has_happened
    has_adult = noted.get("guardian-told") == "yes" or noted.get("handed-to") in WITH_AN_ADULT
    return departure.age_band != AgeBand.ADULT and is_away and not has_adult


def has_ended_therapy(noted):
    return noted.get("relationship-status") == "ended_by_client" or noted.get("decision-scope") == "ending"


def since(situation, departure, *, known_at):
    """The moment the minutes of its tasks run from: when it became known, and for a dropped line when it dropped."""
    return departure.ended_at if situation == Situation.REMOTE_DROPPED else known_at
