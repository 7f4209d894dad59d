"""The organisation's name, and its sites: added and changed by an admin."""

from django.db import transaction

from accounts import audit, people
from accounts.models import Organisation, Site


@transaction.atomic
def name_organisation(name, *, by):
    """From now on the organisation is called that. Saying it again changes nothing."""
    found, is_new = Organisation.objects.get_or_create(pk=1, defaults={"name": name})
    if is_new or found.name != name:
        found.name = name
        found.save(update_fields=["name"])
        audit.record("organisation_named", found, by=by)
    return found


def organisation():
    """The row, or None while nobody has said the name."""
    return Organisation.objects.first()


@transaction.atomic
def add(*, team, by, **facts):
    """A new site with its first team, so that people can be asked in. Returns the Site. `facts` are its columns."""
    made = Site.objects.create(**facts)
    audit.record("site_added", made, by=by)
    people.team_at(made, team, by=by)
    return made


@transaction.atomic
def change(site, *, by, **facts):
    """Change columns of a site. What says what it said before is not written. Returns the Site.

    Follow-ups and reminders that were planned keep their times.
    """
    found = Site.objects.get(pk=site.pk)
    changed = sorted(name for name, value in facts.items() if getattr(found, name) != value)
    for name in changed:
        setattr(found, name, facts[name])
    if changed:
        found.save(update_fields=changed)
        audit.record("site_changed", found, by=by, fields=changed)
    return found
