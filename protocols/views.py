from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_POST, require_safe

from accounts.access import allow
from accounts.models import Role
from protocols import editions, translations
from protocols.models import EditionTranslation, ProtocolVersion


@require_safe
@allow()
def eleven_steps(request):
    """The edition in force, to read before it is needed; for some, whether its translations were reviewed."""
    version = editions.in_force()
    translated = list(version.translations.select_related("reviewed_by"))
    language = get_language().partition("-")[0]
    context = {
        "version": version,
        "phases": editions.phases_of(version.pk),
        "read_in": language,
        "translations": translated if request.user.has_role(Role.ADMIN, Role.SUPERVISOR) else [],
        "is_unreviewed": any(each.language == language and not each.is_reviewed for each in translated),
    }
    return render(request, "protocols/eleven_steps.html", context)


@require_POST
@allow(Role.SUPERVISOR)
def review_translation(request, translation_id):
    """A clinician has read a translation of a published edition and stands for it."""
    found = get_object_or_404(EditionTranslation, pk=translation_id, version__in=ProtocolVersion.objects.published())
    translations.mark_reviewed(found, by=request.user)
    return redirect("eleven-steps")
