from django import template

from resources import phones, ways

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
def dialable(typed):
    """A number as a telephone takes it, whatever the spaces: `href="tel:{{ person.phone|dialable }}"`."""
    return phones.dialable(typed)
