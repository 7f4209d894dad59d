"""Supervisors who answer for a whole team from one day to another: entered, ended, taken back."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import admin_deeds, audit, dated, staff_mails
from accounts.dated import NotEntered, Origin
from accounts.models import StaffMail, Team, TeamCover, User

Kind = StaffMail.Kind


@transaction.atomic
def enter(*, supervisor, team, starts_on, ends_on=None, by):
    """`supervisor` answers for everybody in `team` on these days, both included, as the clocks of its site have them.

    Returns the TeamCover; they are told by mail. Raises NotEntered: for a supervisor who is none, or is `by`; for a
    team that is closed; for a day that lies past; and where the same two have a day in common already.
    """
    admin_deeds.hold(by)
    supervisor, team = User.objects.get(pk=supervisor.pk), Team.objects.select_related("site").get(pk=team.pk)
    admin_deeds.refuse_own_access(by, supervisor)
    admin_deeds.refuse_no_supervisor(supervisor)
    if team.closed_at:
        raise NotEntered(_("This team is closed."))
    dated.refuse_days(starts_on, ends_on, today=dated.present_day(team.site.zone))
    rows = TeamCover.objects.as_entered().overlapping(starts_on, ends_on)
    if same := rows.filter(supervisor=supervisor, team=team).first():
        facts = {"supervisor": supervisor.name, "days": same.said}
        raise NotEntered(_("%(supervisor)s covers this team already, %(days)s.") % facts, "starts_on")
    days = {"starts_on": starts_on, "ends_on": ends_on}
    made = TeamCover.objects.create(supervisor=supervisor, team=team, origin=Origin.ENTERED, **days)
    audit.record("team_cover_added", made, by=by, **ids_of(made), **dated.written(made))
    tell(Kind.COVER_ADDED, made)
    return made


@transaction.atomic
def end(cover, *, last, by):
    """`last` is the last day on which it holds; yesterday: it holds no more. They are told. Returns the TeamCover.

    Saying it again changes nothing. Raises NotEntered: for what is over, has not begun, or is part of an absence; and
    for a later day than it has.
    """
    found = held(cover, by=by)
    today = dated.present_day(found.team.site.zone)
    if dated.end(found, last=last, today=today, action="team_cover_ended", by=by, **ids_of(found)):
        tell(Kind.COVER_ENDED, found)
    return found


@transaction.atomic
def take_back(cover, *, by):
    """One that has not begun will never have been. They are told. Raises NotEntered."""
    found = held(cover, by=by)
    today = dated.present_day(found.team.site.zone)
    tell(Kind.COVER_VOID, found)
    dated.take_back(found, today=today, action="team_cover_taken_back", by=by, **ids_of(found))


def held(cover, *, by):
    admin_deeds.hold(by)
    return dated.held(TeamCover.objects.select_related("supervisor", "team__site"), cover)


def ids_of(cover):
    return {"supervisor": cover.supervisor_id, "team": cover.team_id}


def tell(kind, cover):
    staff_mails.write(kind, person=cover.supervisor, **ids_of(cover), **dated.written(cover))
