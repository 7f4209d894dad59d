"""Pages on which a curator says whether two entries that look alike are one."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import allow
from accounts.models import Role
from resources import duplicates, merging
from resources.curation import EntryHasChanged
from resources.models import Resource
from resources.views_of_curation import in_words


@require_safe
@allow(Role.ADMIN)
def pairs(request):
    """Pairs that may be one, looked for among some entries at a time: what was changed last comes first."""
    start = request.GET.get("from", "")
    start = int(start) if start.isascii() and start.isdecimal() and len(start) < len("1000000") else 0
    newest = Resource.objects.exclude(status__in=duplicates.TAKEN_OUT).order_by("-updated_at", "pk")
    entries = list(newest[start : start + duplicates.AT_ONCE + 1])
    context = {
        "pairs": duplicates.among(entries[: duplicates.AT_ONCE]),
        "start": start + 1,
        "end": start + min(len(entries), duplicates.AT_ONCE),
        "next": start + duplicates.AT_ONCE if len(entries) > duplicates.AT_ONCE else 0,
    }
    return render(request, "resources/duplicates.html", context)


@require_http_methods(["GET", "POST"])
@allow(Role.ADMIN)
def pair(request, first_id, second_id):
    """Two entries side by side, and what a curator says of them."""
    first, second = two(first_id, second_id)
    error = ""
    if request.method == "POST":
        answer = decide(request, first, second)
        if not isinstance(answer, str):
            return answer
        error = answer
        first, second = two(first_id, second_id)
    sides = {"first": first, "second": second}
    kept = request.POST.get("keep") if request.POST.get("keep") in sides else "first"
    context = {
        "first": first,
        "second": second,
        "rows": rows(first, second, chosen=request.POST, kept=kept),
        "kept": kept,
        "error": error,
        "contacts": [(side, contact) for side, entry in sides.items() for contact in entry.contacts],
        "left": {int(each) for each in request.POST.getlist("leave") if each.isascii() and each.isdecimal()},
    }
    return render(request, "resources/pair.html", context, status=422 if error else 200)


def two(first_id, second_id):
    found = {entry.pk: entry for entry in Resource.objects.with_contacts().filter(pk__in=[first_id, second_id])}
    if len(found) != 2:  # noqa: PLR2004 - a pair
        raise Http404
    return found[first_id], found[second_id]


def rows(first, second, *, chosen, kept):
    """What differs: the field, its label, both values in words, and from which side it is taken."""
    found = []
    for name in merging.CHOICES:
        mine, its = in_full(first, name), in_full(second, name)
        if mine != its:
            label = Resource._meta.get_field(name).verbose_name
            side = chosen.get(f"take-{name}")
            found.append((name, label, mine, its, side if side in ("first", "second") else kept))
    return found


def in_full(entry, name):
    """A fact in words, with what comes along with it."""
    if name == "organisation":
        return entry.organisation.name
    if name == "age_min":
        return f"{in_words(entry.age_min)} – {in_words(entry.age_max)}"
    return str(in_words(getattr(entry, name)))


def decide(request, first, second):
    """The way on, or why it could not be done."""
    sides = {"first": (first, second), "second": (second, first)}
    what, keep = request.POST.get("what"), request.POST.get("keep")
    if what not in ("merge", "link", "apart") or (what != "apart" and keep not in sides):
        return _("Choose which of the two stays, and what they are.")
    try:
        if what == "apart":
            merging.keep_apart(first, second, by=request.user)
        elif what == "link":
            merging.link(*sides[keep], by=request.user)
        else:
            merging.merge(*sides[keep], by=request.user, **choices(request.POST, *sides[keep], keep=keep))
    except merging.PairIsDecided as told:
        facts = {"name": told.decision.by.name, "what": told.decision.get_what_display()}
        messages.error(request, _("%(name)s was quicker and said: %(what)s.") % facts)
    except merging.IsTakenOut:
        messages.error(request, _("One of the two was taken out meanwhile. Nothing was changed."))
    except EntryHasChanged:
        return _("One of the two was changed meanwhile. Look at both as they stand now, and say it again.")
    else:
        messages.success(request, _("Saved. Nobody will be asked about these two again."))
    return redirect("duplicates")


def choices(data, kept, other, *, keep):
    """What `merging.merge` takes: what comes from the entry that does not stay."""
    other_side = "second" if keep == "first" else "first"
    left = set(data.getlist("leave"))
    editions = {"first": data.get("first-edition", ""), "second": data.get("second-edition", "")}
    return {
        "facts": [name for name in merging.CHOICES if data.get(f"take-{name}") == other_side],
        "contacts": [contact.pk for contact in other.contacts if str(contact.pk) not in left],
        "editions": [int(editions[side]) if editions[side].isdecimal() else 0 for side in (keep, other_side)],
    }
