"""What a supervisor asked about places of a report, and the author's answers: each is an addendum."""

from dataclasses import dataclass

from django.db import transaction

from accounts import audit
from sessions_app import places, reports
from sessions_app.models import DepartureReport, PlaceAnswer, PlaceComment


@dataclass(frozen=True)
class Asked:
    """One comment beside the place it concerns."""

    comment: PlaceComment
    name: str
    words: list

    @property
    def answer(self):
        return getattr(self.comment, "answer", None)


def on(report):
    """Every comment on the report, oldest first, each with its place and its answer if there is one. One query."""
    comments = PlaceComment.objects.filter(review__report=report)
    names = places.of(report.content)
    return [
        Asked(each, names.get(each.place, each.place), places.words_at(report.content, each.place))
        for each in comments.select_related("review__by", "answer__addendum").order_by("pk")
    ]


@transaction.atomic
def answer(report, *, texts, by):
    """Answer comments, {id of the comment: text}. Returns how many of those on the report are still without one.

    Each text becomes an addendum, and the comment is marked as answered; one that was answered in the meantime is
    left as it is. With the last answer a returned report goes back to the supervisor.
    """
    report = reports.locked(report)
    waiting = {each.pk: each for each in PlaceComment.objects.filter(review__report=report, answer=None)}
    given = {pk: text for pk, text in texts.items() if pk in waiting}
    for pk, text in given.items():
        addendum = reports.add_addendum(report, text=text, by=by, sends_back=False)
        made = PlaceAnswer.objects.create(comment=waiting[pk], addendum=addendum, by=by)
        audit.record("comment_answered", report, by=by, comment=pk, hash=made.seal)
    if given and len(given) == len(waiting) and report.state == DepartureReport.State.RETURNED:
        reports.send_back(report, by=by)
    return len(waiting) - len(given)
