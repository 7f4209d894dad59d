"""Whose work a person answers for today."""

from django.db.models import Exists, OuterRef, Q

from accounts.models import Supervision, TeamCover, Traineeship, User


def answers_for(user):
    """Queryset of the ids of everybody whose clinical rows `user` may read as a supervisor today."""
    if not user.is_supervisor:
        return User.objects.none().values("pk")
    supervisees = Supervision.objects.on().filter(supervisor=user).values("supervisee")
    covered = TeamCover.objects.on().filter(supervisor=user).values("team")
    return User.objects.filter(Q(pk__in=supervisees) | Q(team__in=covered)).values("pk")


def supervisors_of(user):
    """Active supervisors of `user` today: by supervision first, else whoever covers the team."""
    current = Supervision.objects.on().filter(supervisee=user).values("supervisor")
    direct = User.objects.filter(pk__in=current, is_active=True).order_by("name", "pk")
    if direct:
        return direct
    covering = TeamCover.objects.on().filter(team=user.team_id).values("supervisor")
    return User.objects.filter(pk__in=covering, is_active=True).exclude(pk=user.pk).order_by("name", "pk")


def has_supervisor():
    """A condition for people: an active supervisor answers for them today, by supervision or because of their team."""
    by_name = Supervision.objects.on().filter(supervisee=OuterRef("pk"), supervisor__is_active=True)
    by_team = TeamCover.objects.on().filter(team=OuterRef("team"), supervisor__is_active=True)
    return Exists(by_name) | Exists(by_team)


def answered_for_by_name(user):
    """{"people", "teams"}: names of the active people whom `user` supervises today, and the teams they cover."""
    if not user.is_supervisor:
        return {"people": [], "teams": []}
    given = user.supervisions_given.filter(supervisee__is_active=True).on().order_by("supervisee__name", "pk")
    covers = user.team_covers.on().select_related("team__site").order_by("team__name", "pk")
    names = given.values_list("supervisee__name", flat=True)
    return {"people": list(dict.fromkeys(names)), "teams": list(dict.fromkeys(each.team for each in covers))}


def is_own_supervisor(user, *, of):
    """Whether `user` supervises `of` today, or stands in for who does. Covering the team is not enough."""
    return user.is_supervisor and Supervision.objects.on().filter(supervisor=user, supervisee=of).exists()


def is_trainee(person, *, on):
    """Whether that person was in training on that day."""
    return Traineeship.objects.on(on).filter(person=person).exists()
