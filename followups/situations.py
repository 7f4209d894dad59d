"""Which situations a departure is in, as far as a person has said so. Nothing is guessed."""

from followups.models import RelationshipStatus, Situation
from sessions_app import captures
from sessions_app.models import AgeBand, Composition
from sessions_app.models.departures import Kind
from sessions_app.safety import is_impaired_driving

Status = RelationshipStatus.Status
#: What each status asks for, in the plan. *Not said yet* asks for nothing.
OF_THE_WORK = {
    Status.CONTINUING: Situation.CONTINUING,
    Status.UNCLEAR: Situation.UNCLEAR,
    Status.ENDED_BY_CLIENT: Situation.ENDED_BY_CLIENT,
    Status.TRANSFERRING: Situation.TRANSFERRING,
}
WITH_AN_ADULT = {"guardian", "agreed_adult", "staff"}


def of(departure):
    """The situations whose tasks belong into the plan, in the order of the list. Two queries.

    *Asked for no contact* is not among them: it takes tasks away, see `plans`. Neither are those that are rules only.
    """
    noted = captures.values(departure)
    of_the_work = where_the_work_stands(departure, noted)
    present = {
        Situation.REMOTE_DROPPED: is_dropped(departure),
        Situation.MINOR: departure.age_band != AgeBand.ADULT,
        Situation.MINOR_ALONE: is_alone(departure, noted),
        Situation.COUPLE_OR_FAMILY: departure.composition in (Composition.COUPLE, Composition.FAMILY),
        Situation.GROUP: departure.is_of_a_group,
        Situation.IMPAIRED_DRIVING: is_impaired_driving(noted),
        **{each: each == of_the_work for each in OF_THE_WORK.values()},
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


def where_the_work_stands(departure, noted):
    """The situation of what somebody said last; before anybody did, of what was noted on the way. Else None."""
    newest = departure.relationship_statuses.newest_first().first()
    said = newest.status if newest else noted.get("relationship-status")
    if said in OF_THE_WORK:
        return OF_THE_WORK[said]
    return Situation.ENDED_BY_CLIENT if noted.get("decision-scope") == "ending" else None


def since(situation, departure, *, known_at):
    """The moment the minutes of its tasks run from: when it became known, and for a dropped line when it dropped."""
    return departure.ended_at if situation == Situation.REMOTE_DROPPED else known_at
