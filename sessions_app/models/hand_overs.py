"""Who had a client before: a record goes with the client, and a row says from whom to whom it went."""

from datetime import timedelta

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.audit import append_only
from accounts.encrypted import EncryptedTextField
from accounts.models import User
from accounts.numbers import NumberedFirst
from sessions_app.models.clients import Client, own_or_supervised

LOOKED_FOR = timedelta(days=30)  # a device that was without a network for longer is not known

#: A client goes from whose care they are in to a therapist who works here; somebody made up goes nowhere.
REFUSE_ANOTHERS = """
    IF NOT EXISTS (
        SELECT 1 FROM sessions_app_client
        WHERE id = NEW.client_id AND therapist_id = NEW.former_id AND NOT is_practice
    ) OR NOT EXISTS (
        SELECT 1 FROM accounts_user WHERE id = NEW.to_id AND is_active AND 'therapist' = ANY(roles)
    ) THEN
        RAISE EXCEPTION 'A client goes from their therapist to another one who works here.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
"""


class HandOverQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of the clients whom `user` sees."""
        return self.filter(own_or_supervised(user, "client__therapist", mark=None, client="client"))

    def newest_first(self):
        return self.select_related("former", "to").order_by("-pk")


class ClientHandOver(models.Model):
    """`client` went from `former` to `to`, by a decision of `by`. Added, never edited.

    `note` is for whoever has the client now, and part of the record; it goes into no message.
    """

    id = NumberedFirst()
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="hand_overs")
    former = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    to = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("handed over"), auto_now_add=True)
    note = EncryptedTextField(_("note for who takes over"), max_length=1_000, blank=True, owner="client")

    objects = HandOverQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["at"], name="client_hand_over_by_time")]
        constraints = [
            models.CheckConstraint(name="client_goes_to_somebody_else", condition=~Q(former=F("to"))),
        ]
        triggers = [
            append_only("client_hand_over_is_append_only"),
            pgtrigger.Trigger(
                name="client_is_handed_over_by_whose_it_is",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=REFUSE_ANOTHERS,
            ),
        ]
