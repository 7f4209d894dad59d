"""Who is on call, for the pages that show a number to call."""

from django import template
from django.utils import timezone

from followups import on_call

register = template.Library()


@register.simple_tag(takes_context=True)
def on_call_now(context, site):
    """The person on call at `site` who has a number, or None; asked once for each page."""
    request = context["request"]
    known = request.__dict__.setdefault("_on_call", {})
    if site.pk not in known:
        person = on_call.now(site, at=timezone.now())
        known[site.pk] = person if person and person.phone else None
    return known[site.pk]
