"""Rows with a seal: the hash of what the row says, so that a change behind the triggers is found out.

A seal has no key. Whoever can rewrite the row can rewrite its seal; that is found by what holds the hash elsewhere:
the audit trail, the next row of the chain, and every page that was printed.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts import cipher
from sessions_app.hashes import hash_of, plain

OF_THE_SEAL = {"id", "seal", "sealed_fields"}


class Sealed(models.Model):
    """`seal` is the SHA-256 of the fields named in `sealed_fields`, which stay named when later fields are added."""

    seal = models.CharField(max_length=64, blank=True, editable=False)
    sealed_fields = ArrayField(models.CharField(max_length=60), default=list, editable=False)

    class Meta:
        abstract = True

    def put_seal(self, names):
        """Seal these fields as they are now. Saving is for the caller."""
        self.sealed_fields = sorted(names)
        self.seal = self.seal_as_it_should_be()

    def seal_as_it_should_be(self):
        """The hash of what the row says now; nothing when a sealed field is not there any more."""
        known = {field.name: field.attname for field in self._meta.concrete_fields}
        if not self.sealed_fields or set(self.sealed_fields) - set(known):
            return ""
        said = {name: plain(getattr(self, known[name])) for name in self.sealed_fields}
        return hash_of({"what": self._meta.label_lower, "said": said})

    @property
    def is_seal_intact(self):
        """Whether the row says what was sealed. Raises cipher.KeyIsMissing where nobody can tell."""
        try:
            return bool(self.seal) and self.seal == self.seal_as_it_should_be()
        except cipher.WasTampered:
            return False


class SealedOnce(Sealed):
    """A row that is sealed, with all it says, when it is written; it is never written again."""

    class Meta:
        abstract = True

    def save(self, **kwargs):
        if self._state.adding:
            self.put_seal({field.name for field in self._meta.concrete_fields} - OF_THE_SEAL)
        super().save(**kwargs)
