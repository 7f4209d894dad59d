"""An offered entry laid beside the directory: what it would change, and what only a person may decide.

Compared three ways, with what the same list said last (`ExternalId.said`). Where the list says what it said before,
nothing is proposed, whatever was changed here. Where it says something new and ours is still what it said before, that
is an update. Where ours was changed here, or was checked by a person, it is a decision: an import never overwrites
either.
"""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from resources import superseded
from resources.models import Alias, ImportRow, Resource
from resources.offered import DETAILS, ENDED, FIELDS, LISTED, identity, ours

What, Question = ImportRow.What, ImportRow.Question
WHOLE_LISTS = ("locations", "coverage")
UNORDERED = {"languages", "categories", "coverage"}


@dataclass
class Finding:
    """What an offered entry is to the directory. `resource` is the entry it stands for, if any."""

    what: str
    reason: str = ""
    diff: list = field(default_factory=list)
    question: str = ""
    candidates: list = field(default_factory=list)
    resource: Resource | None = None

    def is_like(self, row):
        """Whether this is what was found when `row` was shown to somebody: days and words do not count."""
        return (self.what, self.question, bare(self.diff)) == (row.what, row.question, bare(row.diff))


def bare(diff):
    return [{name: value for name, value in each.items() if not name.endswith("_on")} for each in diff]


def compare(key, entry, *, shelf, unwanted, former):
    """The Finding for one offered entry. `shelf` and `former` were made for it among others."""
    resource = shelf.entry(key)
    warnings = [words for each in entry["contacts"] if (words := former.words(each))]
    if resource is None:
        return missing(entry, shelf, unwanted, warnings)
    if resource.status == Resource.Status.DO_NOT_LIST:
        return Finding(What.REFUSED, _("Somebody asked that it is not listed."), resource=resource)
    link = shelf.link(key)
    diff = differences(resource, link.said if link else None, entry)
    reason = " ".join(dict.fromkeys(warnings)) if diff else ""
    if not diff:
        return Finding(What.UNCHANGED, resource=resource)
    if any(each["is_conflict"] for each in diff):
        return Finding(What.DECISION, reason, diff, Question.CONFLICT, resource=resource)
    return Finding(What.UPDATE, reason, diff, resource=resource)


def missing(entry, shelf, unwanted, warnings):
    """The Finding for an entry whose key the directory does not know."""
    if unwanted.has(entry):
        reason = _("It is like an entry that is not to be listed: by its name, or by one of its numbers.")
        return Finding(What.DECISION, reason, question=Question.UNWANTED)
    if entry["standing"] == ENDED:
        return Finding(What.REFUSED, _("The list says that it has ended, so it was not added."))
    if same := shelf.same(entry):
        candidates = [{"id": str(pk), "name": name} for pk, name in same]
        reason = _("An entry of this name, organisation and country is here.")
        return Finding(What.DECISION, reason, question=Question.SAME, candidates=candidates)
    if alike := shelf.similar(entry):
        names = ", ".join(alike[:3])
        warnings = [_("Looks much like: %(names)s. Look whether it is the same.") % {"names": names}, *warnings]
    if not entry["contacts"]:
        warnings = [*warnings, _("It has no number, e-mail or chat.")]
    return Finding(What.CREATE, " ".join(dict.fromkeys(warnings)))


class Former:
    """Numbers that were given up: those that are known everywhere, and those of entries here."""

    def __init__(self, offered):
        digits = {each["dial"] for _key, entry in offered for each in entry["contacts"] if each["dial"]}
        rows = Alias.objects.filter(kind=Alias.Kind.FORMER_NUMBER, digits__in=digits)
        facts = rows.values_list("digits", "resource__country", "resource__name")
        self.here = {(country, each): name for each, country, name in facts}

    def words(self, contact):
        if not contact["dial"]:
            return ""
        names = ("dial_region", "dial", "e164", "keyword", "menu_option")
        if found := superseded.replaced(*(contact[name] for name in names)):
            return f"{contact['display'] or contact['dial']}: {found.words}"
        if name := self.here.get((contact["dial_region"], contact["dial"])):
            facts = {"number": contact["display"] or contact["dial"], "name": name}
            return _("%(number)s is a number that %(name)s had once.") % facts
        return ""


def differences(resource, said, theirs):
    """What `theirs` would change. `said` is None where this list has never spoken of the entry."""
    mine = ours(resource)
    is_held = resource.status == Resource.Status.VERIFIED
    days = {
        "ours_on": day(resource.all_checked_on if is_held else resource.updated_at),
        "theirs_on": theirs.get("modified_at", ""),
    }
    found = []
    for name in (*FIELDS, *WHOLE_LISTS, "standing"):
        before = None if said is None else said.get(name)
        if is_news(name, mine[name], before, theirs[name], is_known=said is not None):
            is_changed_here = said is None or not is_same(name, mine[name], before)
            is_conflict = is_held or (is_changed_here and not is_silent(name, mine[name])) or name == "standing"
            values = {"ours": mine[name], "theirs": theirs[name], "said_before": before}
            found.append({"field": name, "is_conflict": is_conflict, **values, **days})
    for name, words in (("aliases", "words"), ("evidence", "url")):
        known = {each[words] for each in [*mine[name], *((said or {}).get(name) or [])]} | {mine["name"]}
        if news := [each for each in theirs[name] if each[words] not in known]:
            found.append({"field": name, "is_conflict": False, "ours": [], "theirs": news, "said_before": None, **days})
    return found + list(contact_differences(resource, said, theirs["contacts"], days, is_held=is_held))


def is_news(name, mine, before, theirs, *, is_known):
    """Whether the list says something that is neither what stands here nor what it said before."""
    if is_silent(name, theirs) or is_same(name, theirs, mine):
        return False
    if name == "standing" and not is_known:
        return theirs != LISTED
    return not (is_known and is_same(name, theirs, before))


def is_silent(name, value):
    """Whether it says nothing: an empty cell takes nothing away."""
    return value in (None, "", [], {}) or (name == "is_crisis_line" and not value)


def is_same(name, one, other):
    if name in UNORDERED and isinstance(one, list) and isinstance(other, list):
        return sorted(map(str, one)) == sorted(map(str, other))
    return one == other or (is_silent(name, one) and is_silent(name, other))


def contact_differences(resource, said, theirs, days, *, is_held):
    """Contacts that are new, that changed, that say more, and those the list has no more. None goes by itself."""
    mine = {identity(vars(each)): each for each in resource.contacts}
    told = None if said is None else {identity(each): each for each in said.get("contacts") or []}
    offered = {identity(each): each for each in theirs}
    new = [each for key, each in offered.items() if key not in mine and key not in (told or {})]
    gone = [mine[key] for key in told or {} if key in mine and key not in offered]
    for contact, each in pairs(gone, new):
        is_conflict = is_held or is_tried(contact)
        yield contact_item("change", contact, each, days, is_conflict=is_conflict)
    for each in new:
        yield contact_item("add", None, each, days, is_conflict=is_held or told is None)
    for contact in gone:
        yield contact_item("gone", contact, None, days, is_conflict=True)
    for key, each in offered.items():
        if key in mine:
            yield from detail_differences(mine[key], (told or {}).get(key), each, days, is_held=is_held)


def pairs(gone, new):
    """A number in place of another: the only one of its kind that went and that came. They leave both lists."""
    for kind in {each.kind for each in gone}:
        went = [each for each in gone if each.kind == kind]
        came = [each for each in new if each["kind"] == kind]
        if len(went) == len(came) == 1:
            gone.remove(went[0])
            new.remove(came[0])
            yield went[0], came[0]


def contact_item(deed, contact, facts, days, *, is_conflict):
    return {
        "field": "contacts",
        "deed": deed,
        "contact": contact.pk if contact else None,
        "is_conflict": is_conflict,
        "ours": f"{contact.get_kind_display()}: {contact.words}" if contact else "",
        "theirs": facts or "",
        "said_before": None,
        **days,
        **({"ours_on": day(contact.checked_on or contact.changed_at) or days["ours_on"]} if contact else {}),
    }


def detail_differences(contact, before, each, days, *, is_held):
    """What the list says anew about a number that is here. That it is private is taken over at once."""
    facts, is_conflict = {}, False
    for name in DETAILS:
        value, mine = each[name], getattr(contact, name)
        is_unsaid = name != "is_confidential" and is_silent(name, value)
        if is_unsaid or value == mine or (before and before.get(name) == value):
            continue
        facts[name] = value
        is_changed_here = before is None or before.get(name) != mine
        is_private = name == "is_confidential" and value
        is_conflict |= not is_private and (
            is_held or is_tried(contact) or (is_changed_here and not is_silent(name, mine))
        )
    if facts:
        item = contact_item("detail", contact, None, days, is_conflict=is_conflict)
        yield {**item, "ours": {name: getattr(contact, name) for name in facts}, "theirs": facts}


def is_tried(contact):
    """Whether somebody found it working as it stands now: one is enough to be asked, also on a crisis line."""
    return bool(contact.found_working_by)


def day(moment):
    return str(moment)[:10] if moment else ""


def retiring(resource, *, is_doubtful):
    """The Finding for an entry that the whole list of its source does not have any more."""
    if resource.status == Resource.Status.VERIFIED:
        reason = _("It is not in the list any more, and somebody here found it working.")
        return Finding(What.DECISION, reason, question=Question.GONE, resource=resource)
    if is_doubtful:
        reason = _("It is not in the list any more, or its row is one of those with a mistake.")
        return Finding(What.DECISION, reason, question=Question.GONE, resource=resource)
    others = resource.external_ids.all()
    if len(others) > 1:
        count = len(others) - 1
        reason = ngettext("%(count)s other list has it.", "%(count)s other lists have it.", count) % {"count": count}
        return Finding(What.DECISION, reason, question=Question.GONE, resource=resource)
    return Finding(What.RETIRE, resource=resource)
