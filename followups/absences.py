"""Somebody is away: what is due meanwhile goes to the cover, and comes back.

A sweep asks "who is away now and owns something that is due while they are", however often and however late: an
absence entered after it began, and a promise made during it, need nothing of their own.
"""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.dated import Origin
from accounts.models import Supervision, TeamCover
from followups import clock, follow_ups
from followups.models import Absence, FollowUp, FollowUpChange, HandOver

Deed = FollowUpChange.Deed


@transaction.atomic
def enter(*, person, cover, starts_on, ends_on, note, by):
    """`person` is away from one day to another (their own calendar), `cover` stands in. Returns the Absence.

    An absence that has begun is acted upon at once. A supervisor's cover supervises the same people in those days,
    so that the review queue is theirs too.
    """
    days = {"starts_on": starts_on, "ends_on": ends_on}
    absence = Absence(person=person, cover=cover, note=note, entered_by=by, time_zone=str(person.zone), **days)
    absence.compute()
    absence.save()
    stand_in(absence)
    audit.record("absence_entered", absence, by=by, person=person.pk, cover=cover.pk)
    hand_on_all(person=person)
    return absence


def stand_in(absence):
    """The cover answers for whom the absent person answers for, in those days and no longer."""
    days = {"starts_on": absence.starts_on, "ends_on": absence.ends_on, "origin": Origin.STAND_IN}
    overlap = {"starts_on__lte": absence.ends_on}
    for given in in_days(absence.person.supervisions_given.filter(**overlap), absence.starts_on):
        if given.supervisee_id != absence.cover_id:
            made = Supervision.objects.create(supervisor=absence.cover, supervisee_id=given.supervisee_id, **days)
            absence.supervisions.add(made)
    for covered in in_days(absence.person.team_covers.filter(**overlap), absence.starts_on):
        absence.team_covers.add(TeamCover.objects.create(supervisor=absence.cover, team_id=covered.team_id, **days))


def in_days(rows, starts_on):
    return rows.filter(ends_on=None) | rows.filter(ends_on__gte=starts_on)


@transaction.atomic
def come_back(absence, *, by):
    """They are here again, or never went: the absence ends now, and what is open comes back. Twice is once."""
    absence = Absence.objects.select_for_update(of=["self"], no_key=True).select_related("person").get(pk=absence.pk)
    now = clock.now()
    if absence.ends_at <= now:
        return absence
    absence.ends_at = now
    absence.save(update_fields=["ends_at"])
    end_standing_in(absence)
    audit.record("absence_ended", absence, by=by)
    give_back_all()
    return absence


def end_standing_in(absence):
    """From today on the cover sees nothing more of them; days that were stay on record."""
    yesterday = timezone.localdate(timezone=absence.person.zone) - timedelta(days=1)
    for model, rows in ((Supervision, absence.supervisions), (TeamCover, absence.team_covers)):
        ids = list(rows.values_list("pk", flat=True))
        rows.clear()
        model.objects.filter(pk__in=ids, starts_on__gt=yesterday).delete()
        model.objects.filter(pk__in=ids, ends_on__gt=yesterday).update(ends_on=yesterday)


def sweep():
    """Hand on what is due while its owner is away, and give back what an absence that is over has left."""
    hand_on_all()
    give_back_all()


def hand_on_all(**whose):
    now = clock.now()
    for absence in Absence.objects.running(now).filter(**whose).select_related("cover", "person", "entered_by"):
        owned = FollowUp.objects.real().open().owned_by(absence.person).filter(due_at__lt=absence.ends_at)
        for follow_up in owned.exclude(hand_overs__absence=absence).order_by("pk"):
            hand_on(follow_up, absence)


@transaction.atomic
def hand_on(follow_up, absence):
    """The cover owns it until the absence ends. Whoever else changed it in the meantime has the last word."""
    try:
        follow_up = follow_ups.locked(follow_up)
    except follow_ups.FollowUpIsClosed:
        return
    if follow_up.owner_id != absence.person_id or follow_up.hand_overs.filter(absence=absence).exists():
        return
    HandOver.objects.create(absence=absence, follow_up=follow_up, handed_on_at=clock.now())
    follow_ups.pass_to(follow_up, absence.cover, deed=Deed.HANDED_ON, by=absence.entered_by)


def give_back_all():
    over = HandOver.objects.filter(ended_at=None, absence__ends_at__lte=clock.now())
    for each in over.select_related("absence__person", "absence__entered_by", "follow_up").order_by("follow_up"):
        give_back(each)


@transaction.atomic
def give_back(hand_over):
    """It returns to whom it was, unless it is done or somebody else has taken it over since."""
    follow_up = FollowUp.objects.select_for_update().get(pk=hand_over.follow_up_id)
    is_first = HandOver.objects.filter(pk=hand_over.pk, ended_at=None).update(ended_at=clock.now())
    person, entered_by = hand_over.absence.person, hand_over.absence.entered_by
    covers = HandOver.objects.filter(follow_up=follow_up).values_list("absence__cover", flat=True)
    if is_first:
        audit.record("hand_over_ended", follow_up, by="sweeper", hand_over=hand_over.pk)
    if is_first and follow_up.is_open and person.is_active and follow_up.owner_id in covers:
        follow_ups.pass_to(follow_up, person, deed=Deed.GIVEN_BACK, by=entered_by)


def left_to(user):
    """Absences that `user` covers and that are not over, the nearest first: whose, until when, and the note."""
    return Absence.objects.visible_to(user).filter(cover=user, ends_at__gt=clock.now()).select_related("person")


def clashes(*, people, start, end):
    """Absences of any of `people` that have a moment in common with that time."""
    return Absence.objects.between(start, end).filter(person__in=people).select_related("person")
