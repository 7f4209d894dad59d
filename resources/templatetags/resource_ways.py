from django import template
from django.utils import timezone

from resources import hours_now, opening, phones, ways

register = template.Library()


@register.filter
def ways_from(resource, country):
    """The ways to reach a resource from a country, with links: `{% with ways=resource|ways_from:country %}`."""
    return ways.of(resource, country=country)


@register.filter
def warnings(found):
    """What to beware of among these ways, each thing once."""
    return ways.warnings(found)


@register.filter
def open_state(resource):
    """Whether it is open now: "open", "closed", "always" or "unknown", and what to say of it on the reader's clock."""
    now = timezone.now()
    state = hours_now.state_of(resource, at=now)
    return {"kind": str(state.kind), "words": opening.words(state, now, timezone.get_current_timezone())}


@register.filter
def own_hours(contact):
    """The same for a contact that has hours of its own, else an empty text."""
    if not contact.hours:
        return ""
    now = timezone.now()
    state = opening.state(opening.hours_or_unknown(contact.hours), now)
    return opening.words(state, now, timezone.get_current_timezone())


@register.filter
def found_as(form, resource):
    """The other name under which a search found this entry, where its own name does not say it."""
    return form.found.name_typed(resource) if form else ""


@register.filter
def dialable(typed):
    """A number as a telephone takes it, whatever the spaces: `href="tel:{{ person.phone|dialable }}"`."""
    return phones.dialable(typed)
