"""Whether entries are open at this moment. Many share the same hours, so each kind of hours is asked once."""

from resources import opening
from resources.models import KnownHours

OPEN, CLOSED, ALWAYS, UNKNOWN = "open", "closed", "always", "unknown"
#: What is open comes first; what is not known comes before what is closed, for it may be open.
PLACE_IN_ORDER = {ALWAYS: 0, OPEN: 0, UNKNOWN: 1, CLOSED: 2}
#: Hours by their key. A key is the digest of its hours, so what is known never changes.
known = {}


def states(keys, *, at):
    """Key → state at that moment. One statement for keys this process has not met yet, else none."""
    if missing := keys - known.keys():
        for key, hours in KnownHours.objects.filter(pk__in=missing).values_list("key", "hours"):
            known[key] = opening.hours_or_unknown(hours)
    return {key: opening.state(known[key], at).kind for key in keys & known.keys()}


def state_of(resource, *, at):
    """The state of an entry: that of the first of its ways that is open, else of the first that is known.

    Needs `with_contacts()`.
    """
    said = [opening.state(opening.hours_or_unknown(hours), at) for hours in hours_of(resource)]
    order = {ALWAYS: 0, OPEN: 1, CLOSED: 2, UNKNOWN: 3}
    if CLOSED in (kinds := {each.kind for each in said}) and UNKNOWN in kinds and not kinds & {ALWAYS, OPEN}:
        order[CLOSED] = 4
    return min(said, key=lambda each: (order[each.kind], each.opens_at or at))


def hours_of(resource):
    return [contact.hours or resource.hours for contact in resource.contacts] or [resource.hours]


def of(row, states):
    """An entry is open when one of its ways is. It is closed only when all of them are known to be."""
    said = {states.get(key, UNKNOWN) for key in row.hours_keys}
    if ALWAYS in said:
        return ALWAYS
    if OPEN in said:
        return OPEN
    return CLOSED if said == {CLOSED} else UNKNOWN
