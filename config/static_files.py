"""Own script and style as they are served: small. What people read and change stays as it was written."""

from pathlib import PurePath

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

KINDS = {".js": "application/javascript", ".css": "text/css"}


class SmallStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """`collectstatic` copies our own files (those in no folder) without comments, spaces and long inner names.

    Other people's files come in folders, and as they are.
    """

    def save(self, name, content, max_length=None):
        kind = KINDS.get(PurePath(name).suffix)
        if kind and len(PurePath(name).parts) == 1:
            import minify  # brings a runtime of its own along, which no web process needs

            content = ContentFile(minify.string(kind, content.read().decode()).encode())
        return super().save(name, content, max_length)
