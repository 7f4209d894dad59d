"""The number beside "Follow-ups" on every page."""

from datetime import timedelta

from django.utils import timezone

from followups.models import FollowUp


def count_for(user):
    """How many of one's own promises are late or due before midnight, in the current zone."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return FollowUp.objects.in_use().open().owned_by(user).filter(due_at__lt=midnight).count()
