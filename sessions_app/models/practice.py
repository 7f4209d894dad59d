"""One go at an exercise: who practises, what was made up for it, and what they noted."""

import uuid

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.audit import never_deleted
from accounts.encrypted import EncryptedJSONField
from accounts.models import User
from sessions_app.models.therapy_sessions import TherapySession

#: An exercise never touches a real session, nor the made-up one of somebody else.
REFUSE_WHAT_IS_REAL = """
    IF NEW.session_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM sessions_app_therapysession
        WHERE id = NEW.session_id AND is_practice AND therapist_id = NEW.person_id
    ) THEN
        RAISE EXCEPTION 'An exercise is about a made-up session of whoever practises.'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
"""


class ExerciseQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own. Nobody sees how another practises; what is shared, is shared on paper."""
        return self.filter(person=user)

    def running(self):
        return self.filter(ended_at=None)

    def newest_first(self):
        return self.order_by("-started_at", "pk")


@pghistory.track()
class Exercise(models.Model):
    """`slug` names the script in `sessions_app.exercises`. Exercises that only look at pages have no session.

    `noted` holds what the person wrote beside the questions of such an exercise, by the question's key.
    `help_asked_at` is when they tapped for help in it: nobody was told.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    slug = models.SlugField(_("exercise"), max_length=40)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="exercises")
    session = models.OneToOneField(
        TherapySession, null=True, blank=True, on_delete=models.PROTECT, related_name="exercise"
    )
    noted = EncryptedJSONField(_("noted"), default=dict, blank=True, owner="person")
    help_asked_at = models.DateTimeField(_("help asked for"), null=True, blank=True)
    started_at = models.DateTimeField(_("started"), auto_now_add=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = ExerciseQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["person", "-started_at"], name="exercise_by_person")]
        constraints = [
            models.CheckConstraint(
                name="exercise_ends_after_it_started", condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at"))
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="exercise_is_about_what_was_made_up",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func=REFUSE_WHAT_IS_REAL,
            ),
            never_deleted("exercise_is_never_deleted"),
        ]

    @property
    def is_running(self):
        return self.ended_at is None
