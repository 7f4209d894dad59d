"""What ties a person to others from one day to another, as an admin sees it: now and to come, and what was."""

from accounts.models import Supervision, Traineeship


def of(person):
    """{"received", "given", "training"}: each {"current", "past"}; the latest first."""
    supervisions = Supervision.objects.select_related("supervisor", "supervisee")
    return {
        "received": supervisions.filter(supervisee=person).now_and_then(),
        "given": supervisions.filter(supervisor=person).now_and_then(),
        "training": Traineeship.objects.filter(person=person).now_and_then(),
    }
