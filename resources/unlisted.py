"""What was decided never to be listed: it does not come back by being added, proposed or brought in once more."""

from django.db.models import Q

from resources.models import Resource


class NotToBeListed(Exception):
    """The directory has this entry among those not to be listed. `resource` is that entry, `reason` its words."""

    def __init__(self, resource):
        super().__init__(resource.status_reason)
        self.resource, self.reason = resource, resource.status_reason


def refuse(*, name="", organisation="", numbers=(), but=None):
    """Raise NotToBeListed if an entry not to be listed has one of `numbers`, or this name at this organisation.

    `numbers` holds pairs (country it is dialled in, digits): the same digits are another number elsewhere. `but` is
    the key of an entry that is left out. One query.
    """
    same = Q(pk__in=[])
    if name:
        same |= Q(name__iexact=name.strip(), organisation__name__iexact=(organisation or name).strip())
    for region, dial in numbers:
        if dial:
            same |= Q(contact_points__dial=dial, contact_points__dial_region=region)
    unlisted = Resource.objects.filter(same, status=Resource.Status.DO_NOT_LIST).exclude(pk=but)
    if found := unlisted.order_by("pk").first():
        raise NotToBeListed(found)
