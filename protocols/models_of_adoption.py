"""That an installation is in live use: a clinical lead has read and signed what it works by. One row, for good."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.audit import append_only, by_the_databases_clock
from accounts.models import User

DIGEST = {"max_length": 32, "blank": True}  # of `protocols.content.fingerprint`


class Adoption(models.Model):
    """Who signed, when, and which words: by number, and by a digest of every word that stood there.

    `is_from_before`: nobody was asked, because the installation was in use before Doorway asked for this. A
    `word_list_number` of 0 is Doorway's own list as it is. Editions that are published later take effect by their own
    adoption, and change nothing here.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    at = models.DateTimeField(_("signed"), null=True)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    is_from_before = models.BooleanField(default=False)
    protocol = models.ForeignKey("protocols.ProtocolVersion", null=True, on_delete=models.PROTECT, related_name="+")
    protocol_digest = models.CharField(**DIGEST)
    policy_number = models.PositiveIntegerField(null=True)
    policy_digest = models.CharField(**DIGEST)
    word_list_number = models.PositiveIntegerField(null=True)
    word_list_digest = models.CharField(**DIGEST)

    class Meta:
        constraints = [
            models.CheckConstraint(name="adoption_is_made_once", condition=Q(pk=1)),
            models.CheckConstraint(
                name="adoption_is_signed_or_from_before",
                condition=Q(is_from_before=True, by=None)
                | Q(
                    is_from_before=False,
                    by__isnull=False,
                    protocol__isnull=False,
                    policy_number__isnull=False,
                    word_list_number__isnull=False,
                )
                & ~Q(protocol_digest="")
                & ~Q(policy_digest="")
                & ~Q(word_list_digest=""),
            ),
        ]
        triggers = [append_only("adoption_stands"), by_the_databases_clock("adoption_is_of_the_moment")]
