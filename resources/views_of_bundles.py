"""Pages on which sets of entries are put together."""

import uuid

from django.contrib import messages
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import allow, posted
from accounts.models import Role
from resources import bundles as sets
from resources import finding
from resources.forms_of_curation import BundleForm
from resources.models import Bundle, Resource

MOST_IN_ONE = 12
MOST_FOUND = 10


@require_safe
@allow(Role.ADMIN)
def bundles(request):
    """All bundles, those that are not offered any more last."""
    found = Bundle.objects.annotate(number=Count("items")).order_by("is_retired", "country", "name")
    return render(request, "resources/bundles.html", {"bundles": found})


@require_http_methods(["GET", "POST"])
@allow(Role.ADMIN)
def add_bundle(request):
    return page_of(request, None)


@require_http_methods(["GET", "POST"])
@allow(Role.ADMIN)
def edit_bundle(request, bundle_id):
    return page_of(request, get_object_or_404(Bundle, pk=bundle_id))


def page_of(request, bundle):
    """Entries are looked for, added, moved and left out on the page; nothing is kept until it is saved."""
    start = {"name": bundle.name, "country": bundle.country} if bundle else {"country": request.user.site.country}
    form = BundleForm(posted(request), initial=start)
    keys = chosen(request.POST) if request.method == "POST" else stored(bundle)
    is_refused = False
    if request.method == "POST":
        is_valid = form.is_valid()
        if "save" in request.POST:
            if is_valid and saved(request, form, bundle, keys):
                return redirect("bundles")
            is_refused = True
        else:
            form.errors.clear()
    found = Resource.objects.select_related("organisation").in_bulk(keys)
    entries = [found[key] for key in keys if key in found]
    context = {"form": form, "bundle": bundle, "entries": entries, "found": looked_for(request, keys)}
    return render(request, "resources/bundle.html", context, status=422 if is_refused else 200)


def stored(bundle):
    return list(bundle.items.values_list("resource", flat=True)) if bundle else []


def chosen(data):
    """The keys on the page, in order, after the button that was pressed."""
    keys = [key for key in map(key_of, data.getlist("entry")) if key]
    if (key := key_of(data.get("add", ""))) and len(keys) < MOST_IN_ONE:
        keys.append(key)
    if key := key_of(data.get("leave", "")):
        keys = [each for each in keys if each != key]
    if (key := key_of(data.get("up", ""))) in keys and (place := keys.index(key)):
        keys[place - 1], keys[place] = keys[place], keys[place - 1]
    return list(dict.fromkeys(keys))[:MOST_IN_ONE]


def key_of(text):
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def looked_for(request, keys):
    """Entries that answer what was typed and can be given; none before something was typed."""
    text = request.POST.get("q", "").strip()[:80]
    if not text:
        return []
    rows = finding.find(Resource.objects.giveable(), text, home=request.user.site.country).rows
    return [row for row in rows if row.pk not in keys][:MOST_FOUND]


def saved(request, form, bundle, keys):
    """Whether it could be saved; if not, the form says why."""
    facts = {name: form.cleaned_data[name] for name in ("name", "country")}
    try:
        sets.save(bundle, keys=keys, by=request.user, **facts)
    except sets.NeedsAnotherWay:
        words = _("It needs two different ways at least, such as a call and a text: lines do not always answer.")
        form.add_error(None, words)
    except sets.NameIsTaken:
        form.add_error("name", _("This country has a bundle of this name already."))
    except sets.CannotBeGiven as told:
        words = _("“%(name)s” cannot be given now. Leave it out.") % {"name": told.resource.name}
        form.add_error(None, words)
    else:
        messages.success(request, _("Saved."))
        return True
    return False


@require_POST
@allow(Role.ADMIN)
def retire_bundle(request, bundle_id):
    sets.retire(get_object_or_404(Bundle, pk=bundle_id), by=request.user)
    messages.success(request, _("It is not offered any more."))
    return redirect("bundles")
