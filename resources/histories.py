"""What was changed in an entry: which field, when, from what to what, and by whom.

The versions are written by database triggers, whoever writes the rows; who it was stands in the audit trail.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from accounts.audit import AuditEntry
from resources.models import ContactPoint, Location, Resource

MOST_VERSIONS = 200  # of each table
#: The deed's entry in the trail comes after the start of its transaction, and clocks of two machines differ a little.
BEFORE, AFTER = timedelta(seconds=2), timedelta(seconds=30)
#: What follows from other things and was changed by nobody.
FOLLOWS = {"edition", "updated_at", "created_at", "changed_at", "changed_by", "check_due_on", "all_checked_on", "id"}
FOLLOWS |= {"slug", "resource", "proposed_by"}


@dataclass(frozen=True)
class Key:
    """A row that another one points to."""

    model: type
    pk: object


@dataclass(frozen=True)
class Change:
    """One field of the entry, or of the contact or place named by `part`. `by` is None where nobody is known."""

    at: datetime
    part: str
    field: str
    before: object
    after: object
    by: object = None


def of(resource):
    """The changes of an entry with its contacts and places, the newest first. Four statements at most and a few names.

    Who changed the entry's own facts is told by the edition; else it is who did something to the entry at that moment.
    """
    trail = AuditEntry.objects.filter(subject_type=Resource._meta.label_lower, subject_id=str(resource.pk))
    deeds = list(trail.exclude(action="viewed").select_related("by").order_by("-at")[: MOST_VERSIONS * 3])
    found = []
    for model, key in ((Resource, "id"), (ContactPoint, "resource_id"), (Location, "resource_id")):
        found += changes(model, key, resource, deeds)
    return sorted(with_names(found), key=lambda change: change.at, reverse=True)


def with_names(found):
    """Keys of organisations and entries replaced by their names, in one statement for each of the two."""
    keys = {value for change in found for value in (change.before, change.after) if isinstance(value, Key)}
    names = {}
    for model in {key.model for key in keys}:
        rows = model.objects.filter(pk__in=[key.pk for key in keys if key.model is model]).values_list("pk", "name")
        names |= {Key(model, pk): name for pk, name in rows}
    return [
        replace(each, before=names.get(each.before, each.before), after=names.get(each.after, each.after))
        if isinstance(each.before, Key) or isinstance(each.after, Key)
        else each
        for each in found
    ]


def changes(model, key, resource, deeds):
    events = apps.get_model("resources", f"{model.__name__}Event")
    versions = events.objects.filter(**{key: resource.pk}).order_by("-pgh_created_at", "-pgh_id")[:MOST_VERSIONS]
    newest_of = {}
    found = []
    for version in reversed(versions):
        before = newest_of.get(version.pgh_obj_id)
        newest_of[version.pgh_obj_id] = version
        if before is None and model is Resource:
            continue
        found += differences(model, before, version, by=who(deeds, version, model))
    return found


def differences(model, before, after, *, by):
    """Field by field; of a row that is new, one change that names it."""
    part = "" if model is Resource else called(model, after)
    if before is None:
        return [Change(after.pgh_created_at, part, _("added"), "", part, by)]
    fields = [field for field in model._meta.concrete_fields if field.name not in FOLLOWS]
    return [
        Change(after.pgh_created_at, part, field.verbose_name, said(field, before), said(field, after), by)
        for field in fields
        if getattr(before, field.attname) != getattr(after, field.attname)
    ]


def called(model, version):
    if model is Location:
        return version.name or version.address_1 or version.city
    return version.display or version.dial or version.url


def said(field, version):
    """The value in words; a key of another row becomes its name in `with_names`."""
    value = getattr(version, field.attname)
    if field.is_relation and value is not None:
        return Key(field.related_model, value)
    if field.choices:
        return dict(field.flatchoices).get(value, value)
    if value is None or value in ("", [], {}):
        return _("nothing")
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return ", ".join(str(each) for each in value) if isinstance(value, list) else value


def who(deeds, version, model):
    """The person of the deed that made this version, or the name of what acts by itself."""
    if model is Resource:
        exact = [deed for deed in deeds if deed.facts.get("edition") == version.edition and is_near(deed, version)]
        if exact:
            return actor(exact[-1])
    near = [deed for deed in deeds if is_near(deed, version)]
    own = [deed for deed in near if deed.facts.get("contact") == version.pgh_obj_id]
    candidates = own if model is ContactPoint and own else near
    return actor(candidates[-1]) if candidates else None


def is_near(deed, version):
    return version.pgh_created_at - BEFORE <= deed.at <= version.pgh_created_at + AFTER


def actor(deed):
    return deed.by.name if deed.by else deed.system_actor
