"""Own script and style as they are served: small. What people read and change stays as it was written."""

from pathlib import PurePath

from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

KINDS = {".js": "application/javascript", ".css": "text/css"}


class SmallStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """`collectstatic` copies our own files without comments, spaces and long inner names.

    Ours lie in no folder; other people's come in folders, and stay as they are.
    """

    def save(self, name, content, max_length=None):
        if is_own(name):
            import minify  # brings a runtime of its own along, which no web process needs

            content = ContentFile(minify.string(KINDS[PurePath(name).suffix], content.read().decode()).encode())
        return super().save(name, content, max_length)

    def post_process(self, paths, **options):
        """Names with a hash are made from the copies, where Django would go back to the sources."""
        copies = {name: (self, name) for name in paths if is_own(name)}
        yield from super().post_process({**paths, **copies}, **options)


def is_own(name):
    path = PurePath(name)
    return path.suffix in KINDS and len(path.parts) == 1
