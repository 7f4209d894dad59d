"""Putting entries back to what they were before a list was taken over, as far as nobody has changed them since."""

import json

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError, RestrictedError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from resources import applying, checking
from resources.models import Alias, ContactPoint, Evidence, ExternalId, Organisation, Resource
from resources.offered import contact_facts, ours

Status = Resource.Status


def undo(row, *, by):
    """Undo what one row did. What somebody changed since stays, and the row says what that is.

    An entry that the row made is deleted if nothing refers to it and nobody touched it, else retired.
    """
    did, left = row.applied or {}, []
    if did.get("created"):
        left += undo_creation(row, did, by=by)
    elif row.resource_id:
        resource = Resource.objects.select_for_update().filter(pk=row.resource_id).first()
        if resource:
            left += undo_update(resource, did, by=by)
    if link := did.get("link"):
        undo_link(link, row.batch.source)
    row.undone_at, row.not_undone = timezone.now(), " ".join(left)[:500]
    row.save(update_fields=["undone_at", "not_undone", "resource"])


def undo_link(link, source):
    found = ExternalId.objects.filter(source=source, key=link["key"])
    if link["is_new"]:
        found.delete()
    elif link["was"] is not None:
        found.update(said=link["was"])


def undo_creation(row, did, *, by):
    resource = Resource.objects.select_for_update().filter(pk=row.resource_id).first()
    if resource is None:
        return []
    is_untouched = resource.updated_at.isoformat() == did["updated_at"]
    if is_untouched and is_deleted(resource, row, by=by):
        return []
    if resource.status not in (Status.RETIRED, Status.DO_NOT_LIST):
        checking.set_status(resource, Status.RETIRED, by=by, reason=_("The import that brought it was undone."))
    return [_("It was used or changed since, so it was retired and not deleted.")]


def is_deleted(resource, row, *, by):
    """Delete an entry with its own parts; False, and nothing done, where something else refers to it."""
    pk = resource.pk
    try:
        with transaction.atomic():
            for part in ("aliases", "coverage", "locations", "evidence", "external_ids", "contact_points"):
                getattr(resource, part).all().delete()
            audit.record("resource_deleted", resource, by=by, batch=row.batch_id)
            resource.delete()
    except (ProtectedError, RestrictedError, IntegrityError):
        resource.pk = pk
        return False
    row.resource = None
    return True


def undo_update(resource, did, *, by):
    """Set back what is still as the row left it. Returns sentences about what is not."""
    left, restored = [], []
    for name, (before, after) in did.get("fields", {}).items():
        if plain(current(resource, name)) != after:
            left.append(_("%(field)s was changed since.") % {"field": Resource._meta.get_field(name).verbose_name})
        else:
            set_back(resource, name, before)
            restored.append(name)
    if restored:
        resource.edition += 1
        resource.save(update_fields=[*restored, "edition", "updated_at"])
        audit.record("resource_changed", resource, by=by, fields=sorted(restored))
    left += undo_parts(resource, did)
    for each in reversed(did.get("contacts", [])):
        left += undo_contact(each, by=by)
    if status := did.get("status"):
        left += undo_status(resource, *status, by=by)
    return left


def current(resource, name):
    return resource.organisation.name if name == "organisation" else getattr(resource, name)


def plain(value):
    return json.loads(json.dumps(value, cls=DjangoJSONEncoder))


def set_back(resource, name, before):
    if name == "organisation":
        resource.organisation = Organisation.objects.get_or_create(name=before)[0]
    else:
        setattr(resource, name, before)


def undo_parts(resource, did):
    left = []
    now = plain(ours(resource))
    for name, (before, after) in did.get("parts", {}).items():
        if sorted(map(str, now[name])) == sorted(map(str, after)):
            applying.replace(applying.PARTS[name], resource, before)
        else:
            left.append(_("Its places or areas were changed since."))
    for name, model in (("aliases", Alias), ("evidence", Evidence)):
        model.objects.filter(resource=resource, pk__in=did.get("added", {}).get(name, [])).delete()
    return left


def undo_contact(each, *, by):
    found = ContactPoint.objects.select_related("resource").filter(pk=each["contact"]).first()
    if found is None:
        return []
    if each["deed"] == "add":
        return take_out_again(found, each["edition"], by=by)
    if each["deed"] == "gone":
        return put_back(found, by=by)
    if found.removed_at or plain(contact_facts(found)) != each["after"]:
        return [_("%(contact)s was checked or changed since.") % {"contact": found.words}]
    try:
        checking.change(found, by=by, **each["before"])
    except checking.IsThereAlready:
        return [_("%(contact)s is there in another place.") % {"contact": found.words}]
    return []


def take_out_again(found, edition, *, by):
    """A contact that a row added goes again, unless somebody tried or changed it since."""
    if found.edition != edition or found.verifications.exists():
        return [_("%(contact)s was checked or changed since.") % {"contact": found.words}]
    if not found.removed_at:
        applying.take_out(found, by=by)
    return []


def put_back(found, *, by):
    """A contact that was taken out is there again, unless another has its number by now."""
    found.removed_at = None
    try:
        with transaction.atomic():
            found.save(update_fields=["removed_at"])
            audit.record("contact_put_back", found.resource, by=by, contact=found.pk)
            checking.settle(found.resource_id)
    except IntegrityError:
        return [_("%(contact)s is there in another place.") % {"contact": found.words}]
    return []


def undo_status(resource, before, after, *, by):
    now = Resource.objects.get(pk=resource.pk)
    if [now.status, now.status_reason] != after:
        return [_("Its status was changed since.")]
    status, reason = before
    back = Status.IN_REVIEW if status == Status.VERIFIED else status
    checking.set_status(now, back, by=by, reason=reason or after[1])
    return []
