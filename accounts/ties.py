"""What ties a person to others from one day to another, as an admin sees it: now and to come, and what was."""

from accounts.models import Supervision, Traineeship


def of(person):
    """{"received", "given", "training"}: each {"current", "past"}; the latest first."""
    supervisions = Supervision.objects.select_related("supervisor", "supervisee")
    return {
        "received": split(supervisions.filter(supervisee=person)),
        "given": split(supervisions.filter(supervisor=person)),
        "training": split(Traineeship.objects.filter(person=person)),
    }


def split(rows):
    current = set(rows.not_over().values_list("pk", flat=True))
    found = list(rows.order_by("-starts_on", "-pk"))
    return {
        "current": [each for each in found if each.pk in current],
        "past": [each for each in found if each.pk not in current],
    }
