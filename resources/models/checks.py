"""What is known of an entry's facts: where they were seen, who tried them, who says that they are wrong."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.audit import append_only
from accounts.models import User


class Evidence(models.Model):
    """A page on which an entry's facts were seen."""

    class Kind(models.TextChoices):
        OPERATOR = "operator", _("The operator's page")
        GOVERNMENT = "government", _("A government page")
        PRESS = "news-or-press", _("News or press")
        OLD_COPY = "stored-copy-of-official-page", _("An old copy of an official page")
        SECONDARY = "secondary", _("Somebody else's page")

    resource = models.ForeignKey("resources.Resource", on_delete=models.PROTECT, related_name="evidence")
    url = models.URLField(_("address"), max_length=400)
    kind = models.CharField(_("kind"), max_length=40, choices=Kind)
    seen_on = models.DateField(_("seen on"))
    dated_on = models.DateField(_("the page's own date"), null=True, blank=True)

    class Meta:
        ordering = ["pk"]


class Verification(models.Model):
    """A named person checked a contact point, on a day, in a way."""

    class Method(models.TextChoices):
        CALL = "call", _("Called")
        TEXT = "text", _("Texted")
        WEB_PAGE = "web_page", _("Looked at the operator's page")
        OPERATOR = "operator", _("Operator wrote")

    class Result(models.TextChoices):
        WORKS = "works", _("Works")
        DIFFERENT = "different", _("Works differently")
        NO_ANSWER = "no_answer", _("No answer")
        DEAD = "dead", _("Dead")

    contact_point = models.ForeignKey("resources.ContactPoint", on_delete=models.PROTECT, related_name="verifications")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    on = models.DateField(_("on"))
    method = models.CharField(_("how"), max_length=10, choices=Method)
    result = models.CharField(_("result"), max_length=10, choices=Result)
    checklist = models.JSONField(_("what was compared"), default=dict, blank=True)
    evidence_url = models.URLField(_("page that shows it"), max_length=400, blank=True)
    retry_on = models.DateField(_("try again on"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["on", "pk"]
        triggers = [append_only("verification_is_append_only")]


class NumberReport(models.Model):
    """Somebody tried a way to reach an entry, and it did not work. Open until a curator has looked and answered."""

    class What(models.TextChoices):
        NO_ANSWER = "no_answer", _("Nobody answered")
        WRONG = "wrong", _("Somebody else answered")
        DIFFERENT = "different", _("It works in another way now")
        DEAD = "dead", _("The number or page is dead")

    class Answer(models.TextChoices):
        WORKS = "works", _("It works: tried again")
        MENDED = "mended", _("It was wrong and is mended")
        REMOVED = "removed", _("The entry was taken out")

    contact_point = models.ForeignKey("resources.ContactPoint", on_delete=models.PROTECT, related_name="reports")
    what = models.CharField(_("what happened"), max_length=10, choices=What)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("reported"), default=timezone.now)
    answer = models.CharField(_("answer"), max_length=10, choices=Answer, blank=True)
    answered_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["contact_point"], name="report_open", condition=Q(answered_at=None))]
        constraints = [
            models.UniqueConstraint(
                fields=["contact_point", "by"], condition=Q(answered_at=None), name="one_open_report_per_person"
            ),
            models.CheckConstraint(
                name="report_is_answered_by_somebody",
                condition=Q(answer="", answered_by=None, answered_at=None)
                | (~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False)),
            ),
        ]
