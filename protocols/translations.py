"""What a clinician does with the translation of an edition: read it, and say that it may be used."""

from django.db import transaction
from django.utils import timezone

from accounts import audit
from protocols.models import EditionTranslation


@transaction.atomic
def mark_reviewed(translation, *, by):
    """`by` has read the translation and stands for it: from now on the database refuses to change it.

    Saying it again, or after somebody else did, changes nothing.
    """
    translation = EditionTranslation.objects.select_for_update(of=["self"]).get(pk=translation.pk)
    if translation.is_reviewed:
        return translation
    translation.reviewed_at, translation.reviewed_by = timezone.now(), by
    translation.save(update_fields=["reviewed_at", "reviewed_by"])
    audit.record("translation_reviewed", translation, by=by, language=translation.language)
    return translation
