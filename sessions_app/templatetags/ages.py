"""How long ago something was, in the words that the script keeps up to date from then on."""

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _

register = template.Library()
LONGEST = 120  # minutes; after that they say little, and the time of day stands beside them


@register.filter
def age(moment):
    """“(just now)”, “(3 min ago)”, or nothing. The same words, so that nothing moves when the script takes over."""
    minutes = int((timezone.now() - moment).total_seconds() // 60)
    if minutes > LONGEST:
        return ""
    return _("(just now)") if minutes < 1 else _("(0 min ago)").replace("0", str(minutes))
