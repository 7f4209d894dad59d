"""What a curator says of two entries that look alike: one and the same, belonging together, or not the same."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from resources import checking
from resources.curated_contacts import take_out
from resources.curation import HOURS, EntryHasChanged, clear_checks
from resources.models import Alias, BundleItem, ContactPoint, ExternalId, PairDecision, Resource

IDENTITY = ["kind", "dial_region", "dial", "extension", "menu_option", "keyword", "url"]
#: What can be taken from either entry.
CHOICES = [
    "name", "organisation", "description", "url", "region", "languages", "language_note", "hours_text", "audience",
    "age_min", "categories", "cost", "is_free", "is_anonymous", "is_answered_by_people",
    "is_open_to_everybody", "may_act_without_consent", "is_crisis_line", "caveats", "check_days",
]  # fmt: skip
#: What comes along with one of them: half of it would mean something else.
TOGETHER = {"hours_text": sorted(HOURS - {"hours_text"}), "age_min": ["age_max"]}


class PairIsDecided(Exception):
    """Somebody was quicker. `decision` is what they said."""

    def __init__(self, decision):
        super().__init__()
        self.decision = decision


class IsTakenOut(Exception):
    """One of the two was taken out of the lists meanwhile."""


@transaction.atomic
def keep_apart(one, other, *, by):
    """They are not the same, and nobody is asked again. Raises PairIsDecided."""
    pair = lock_pair(one, other)
    return decide(pair, PairDecision.What.DIFFERENT, by=by)


@transaction.atomic
def link(kept, other, *, by):
    """They belong together and both stay: `other` is a variant of `kept`. Raises PairIsDecided, IsTakenOut."""
    pair = lock_pair(kept, other)
    refuse_taken_out(pair)
    main, variant = pair[kept.pk], pair[other.pk]
    if main.variant_of_id == variant.pk:
        main.variant_of = None
        main.save(update_fields=["variant_of", "updated_at"])
    variant.variant_of_id = main.variant_of_id or main.pk
    variant.save(update_fields=["variant_of", "updated_at"])
    return decide(pair, PairDecision.What.VARIANTS, by=by)


@transaction.atomic
def merge(kept, other, *, editions, by, facts=(), contacts=None):
    """They are one and the same: `kept` stays, and `other` is retired with `kept` as what has taken its place.

    `facts` names those of CHOICES that are taken from `other`. Its contacts that `kept` does not have come along with
    their checks: all of them, or those with a key in `contacts`; a number left behind becomes a former number. Its
    names become other names, bundles and keys of other sources follow. Its evidence, its history and what was given
    stay as they are. `editions` are those of `kept` and `other` as they were shown. Raises PairIsDecided, IsTakenOut
    and EntryHasChanged.
    """
    pair = lock_pair(kept, other)
    refuse_taken_out(pair)
    kept, other = pair[kept.pk], pair[other.pk]
    for entry, edition in zip((kept, other), editions, strict=True):
        if entry.edition != edition:
            raise EntryHasChanged(entry)
    wanted = {contact.pk for contact in other.contact_points.current()} if contacts is None else set(contacts)
    name_also(kept, other, is_renamed="name" in facts)
    take_facts(kept, other, facts, by=by)
    take_contacts(kept, other, wanted, by=by)
    take_what_hangs_on(kept, other)
    reason = (_("The same as “%(name)s”.") % {"name": kept.name})[:300]
    checking.set_status(other, Resource.Status.RETIRED, reason=reason, successor=kept, by=by)
    checking.settle(kept.pk)
    audit.record("resource_merged", kept, by=by, edition=kept.edition, other=str(other.pk), fields=sorted(facts))
    return decide(pair, PairDecision.What.MERGED, by=by)


def lock_pair(one, other):
    """Both entries by key, held until the commit and always in the same order. Raises PairIsDecided."""
    rows = Resource.objects.select_for_update(of=["self"]).select_related("organisation")
    pair = {entry.pk: entry for entry in rows.filter(pk__in=[one.pk, other.pk]).order_by("pk")}
    first, second = sorted(pair)
    if found := PairDecision.objects.filter(first=first, second=second).select_related("by").first():
        raise PairIsDecided(found)
    return pair


def refuse_taken_out(pair):
    if any(entry.status in (Resource.Status.RETIRED, Resource.Status.DO_NOT_LIST) for entry in pair.values()):
        raise IsTakenOut


def decide(pair, what, *, by):
    first, second = sorted(pair)
    made = PairDecision.objects.create(first_id=first, second_id=second, what=what, by=by)
    audit.record("pair_decided", pair[first], by=by, other=str(second), what=what)
    return made


def name_also(kept, other, *, is_renamed):
    """All names either ever had are found afterwards."""
    for alias in other.aliases.all():
        if not kept.aliases.filter(kind=alias.kind, words=alias.words).exists():
            alias.resource = kept
            alias.save(update_fields=["resource"])
    if kept.name.casefold() != other.name.casefold():
        words = kept.name if is_renamed else other.name
        Alias.objects.get_or_create(resource=kept, kind=Alias.Kind.ALSO, words=words)


def take_facts(kept, other, names, *, by):
    chosen = [name for name in CHOICES if name in names]
    chosen += [each for name in chosen for each in TOGETHER.get(name, [])]
    changed = [name for name in chosen if getattr(kept, name) != getattr(other, name)]
    before = {name: getattr(kept, name) for name in HOURS}
    for name in changed:
        setattr(kept, name, getattr(other, name))
    kept.edition += 1
    kept.save(update_fields=[*changed, "edition", "updated_at"])
    if before != {name: getattr(kept, name) for name in HOURS}:
        clear_checks(kept, by=by)


def take_contacts(kept, other, wanted, *, by):
    standing = list(kept.contact_points.current())
    known, place = {identity(each) for each in standing}, max((each.position for each in standing), default=-1)
    digits = {each.dial for each in standing}
    left = []
    for contact in other.contact_points.current().select_for_update().order_by("position", "pk"):
        if identity(contact) in known:
            continue
        if contact.pk not in wanted:
            left.append(contact)
            continue
        place += 1
        digits.add(contact.dial)
        move(contact, kept, other, place=place, by=by)
    for contact in left:
        take_out(contact, by=by)
        if contact.dial and contact.dial not in digits:
            facts = {"words": contact.display or contact.dial, "defaults": {"digits": contact.dial}}
            Alias.objects.get_or_create(resource=kept, kind=Alias.Kind.FORMER_NUMBER, **facts)


def identity(contact):
    return tuple(getattr(contact, name) for name in IDENTITY)


def move(contact: ContactPoint, kept, other, *, place, by):
    """With its checks, as long as it goes on being open at the hours it was tried with."""
    contact.resource, contact.position = kept, place
    if not contact.hours and any(getattr(kept, name) != getattr(other, name) for name in HOURS):
        contact.hours = other.hours
        if not contact.hours:
            contact.changed_by, contact.changed_at = by, timezone.now()
            contact.edition += 1
    contact.save(update_fields=["resource", "position", "hours", "changed_by", "changed_at", "edition"])


def take_what_hangs_on(kept, other):
    """Bundles, keys of other sources, and what `other` had taken the place of."""
    there = BundleItem.objects.filter(resource=kept).values_list("bundle", flat=True)
    BundleItem.objects.filter(resource=other, bundle__in=list(there)).delete()
    BundleItem.objects.filter(resource=other).update(resource=kept)
    ExternalId.objects.filter(resource=other).update(resource=kept)
    Resource.objects.filter(successor=other).exclude(pk=kept.pk).update(successor=kept)
    Resource.objects.filter(variant_of=other).exclude(pk=kept.pk).update(variant_of=kept)
    if kept.variant_of_id == other.pk:
        kept.variant_of = None
        kept.save(update_fields=["variant_of", "updated_at"])
