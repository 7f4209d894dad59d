"""What people are told when who answers for whom changes: names of staff, of a team, and days. Never a client."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.dated import said_of
from accounts.models import StaffMail, Team, User

Kind = StaffMail.Kind

#: kind: (subject, what happened)
WORDS = {
    Kind.SUPERVISION_ADDED: (
        gettext_lazy("Supervision was entered in Doorway"),
        gettext_lazy("An admin entered that %(supervisor)s supervises %(supervisee)s, %(days)s."),
    ),
    Kind.SUPERVISION_ENDED: (
        gettext_lazy("Supervision ends in Doorway"),
        gettext_lazy("An admin entered the last day on which %(supervisor)s supervises %(supervisee)s: %(last)s."),
    ),
    Kind.SUPERVISION_VOID: (
        gettext_lazy("Supervision was taken back in Doorway"),
        gettext_lazy(
            "%(supervisor)s was to supervise %(supervisee)s, %(days)s. An admin took it back before it began."
        ),
    ),
    Kind.COVER_ADDED: (
        gettext_lazy("You cover a team in Doorway"),
        gettext_lazy("An admin entered that you cover the team %(team)s, %(days)s."),
    ),
    Kind.COVER_ENDED: (
        gettext_lazy("Your cover of a team ends in Doorway"),
        gettext_lazy("An admin entered the last day on which you cover the team %(team)s: %(last)s."),
    ),
    Kind.COVER_VOID: (
        gettext_lazy("Your cover of a team was taken back in Doorway"),
        gettext_lazy("You were to cover the team %(team)s, %(days)s. An admin took it back before it began."),
    ),
    Kind.TRAINING_ADDED: (
        gettext_lazy("Your time in training was entered in Doorway"),
        gettext_lazy("An admin entered that you are in training, %(days)s. What you sign in that time is co-signed."),
    ),
    Kind.TRAINING_ENDED: (
        gettext_lazy("Your time in training ends in Doorway"),
        gettext_lazy("An admin entered your last day in training: %(last)s."),
    ),
    Kind.TRAINING_VOID: (
        gettext_lazy("Your time in training was taken back in Doorway"),
        gettext_lazy("You were to be in training, %(days)s. An admin took it back before it began."),
    ),
    Kind.TEAM_CHANGED: (
        gettext_lazy("You are in another team in Doorway"),
        gettext_lazy("An admin moved you to the team %(team)s. Your clients and your supervisor stay the same."),
    ),
}


def of(mail):
    """Subject, and what happened, in the language that is spoken now."""
    subject, happened = WORDS[mail.kind]
    return str(subject), happened % {**names_of(mail.facts), **days_of(mail.facts)}


def names_of(facts):
    ids = {role: facts[role] for role in ("supervisor", "supervisee") if role in facts}
    people = User.objects.in_bulk(ids.values())
    names = {role: people[pk].name for role, pk in ids.items()}
    if "team" in facts:
        team = Team.objects.select_related("site").get(pk=facts["team"])
        names["team"] = _("%(team)s at %(site)s") % {"team": team.name, "site": team.site.name}
    return names


def days_of(facts):
    if not facts.get("starts_on"):
        return {}
    first, last = date.fromisoformat(facts["starts_on"]), facts["ends_on"] and date.fromisoformat(facts["ends_on"])
    return {"days": said_of(first, last), "last": date_format(last, "j F Y") if last else ""}
