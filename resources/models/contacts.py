"""Ways to reach an entry, and whether each was found working."""

import re
from itertools import takewhile

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class ContactPointQuerySet(models.QuerySet):
    def current(self):
        """Those the entry still has: one that was taken out stays behind its checks and what was given."""
        return self.filter(removed_at=None)


@pghistory.track()
class ContactPoint(models.Model):
    """One way to reach a resource. Kind, region, digits, menu option and keyword together are its identity."""

    class Kind(models.TextChoices):
        VOICE = "voice", _("Call")
        SMS = "sms", _("Text")
        CHAT = "chat", _("Chat")
        EMAIL = "email", _("E-mail")
        TTY = "tty", _("TTY")
        WHATSAPP = "whatsapp", _("WhatsApp")

    resource = models.ForeignKey("resources.Resource", on_delete=models.PROTECT, related_name="contact_points")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    dial_region = models.CharField(_("country it is dialled in"), max_length=2, blank=True)
    dial = models.CharField(
        _("digits"), max_length=20, blank=True, help_text=_("As dialled there; leading zeros count.")
    )
    e164 = models.CharField(_("international form"), max_length=16, blank=True, help_text=_("Empty for short codes."))
    display = models.CharField(_("as shown"), max_length=60, blank=True)
    keyword = models.CharField(_("keyword"), max_length=40, blank=True)
    menu_option = models.CharField(_("menu option"), max_length=60, blank=True)
    extension = models.CharField(_("extension"), max_length=10, blank=True)
    url = models.URLField(_("address"), max_length=500, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    hours = models.JSONField(_("own hours"), default=dict, blank=True, help_text=_("Empty: those of the entry."))
    languages = ArrayField(models.CharField(max_length=10), verbose_name=_("languages"), default=list, blank=True)
    cost = models.CharField(_("cost"), max_length=120, blank=True)
    is_confidential = models.BooleanField(_("confidential"), default=False, help_text=_("Never given or handed on."))
    edition = models.PositiveIntegerField(default=1, editable=False)
    changed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(_("changed"), null=True, blank=True)
    removed_at = models.DateTimeField(_("taken out"), null=True, blank=True)

    objects = ContactPointQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        indexes = [models.Index(fields=["dial"], name="contact_point_by_digits")]
        constraints = [
            models.UniqueConstraint(
                fields=["resource", "kind", "dial_region", "dial", "extension", "menu_option", "keyword", "url"],
                condition=Q(removed_at=None),
                name="contact_point_once_per_resource",
            ),
            models.CheckConstraint(name="contact_point_can_be_reached", condition=~Q(dial="") | ~Q(url="")),
            models.CheckConstraint(name="contact_point_dials_digits", condition=Q(dial__regex=r"^[0-9]*$")),
            models.CheckConstraint(
                name="contact_point_number_has_a_country", condition=Q(dial="") | Q(dial_region__regex=r"^[A-Z]{2}$")
            ),
            # Refuses "+1988": short codes have no international form, and the shortest real one has seven digits.
            models.CheckConstraint(
                name="contact_point_e164_is_a_full_number",
                condition=Q(e164="") | Q(e164__regex=r"^\+[1-9][0-9]{6,14}$"),
            ),
        ]

    @property
    def words(self):
        """What to say or show: “988, then press 1”, “Text HOME to 741741”, “Chat at 113.nl”."""
        number = self.display or self.dial
        if self.extension:
            number = _("%(number)s, extension %(extension)s") % {"number": number, "extension": self.extension}
        if self.menu_option:
            number = _("%(number)s, then press %(option)s") % {"number": number, "option": self.menu_option}
        if self.kind == self.Kind.SMS and self.keyword:
            return _("Text %(keyword)s to %(number)s") % {"keyword": self.keyword, "number": number}
        forms = {
            self.Kind.SMS: _("Text %(where)s"),
            self.Kind.CHAT: _("Chat at %(where)s"),
            self.Kind.EMAIL: _("E-mail %(where)s"),
            self.Kind.TTY: _("TTY %(where)s"),
            self.Kind.WHATSAPP: _("WhatsApp %(where)s"),
        }
        return forms.get(self.kind, "%(where)s") % {"where": number or self.address}

    @property
    def address(self):
        """The web or mail address as people read it: “113.nl”, “jo@samaritans.org”."""
        return re.sub(r"^(https?://(www\.)?|mailto:)", "", self.url).rstrip("/")

    @property
    def checks(self):
        """The checks that count, the latest first: those of before the last change were of something else.

        Needs `with_contacts()`.
        """
        known = [each for each in self.verifications.all() if not self.changed_at or each.recorded_at > self.changed_at]
        return sorted(known, key=lambda check: (check.on, check.pk), reverse=True)

    @property
    def newest_check(self):
        return next(iter(self.checks), None)

    @property
    def found_working_by(self):
        """The people who found it working since it last was not. No answer proves nothing, so it counts as no."""
        return {each.by_id for each in takewhile(lambda check: check.result == "works", self.checks)}

    @property
    def is_verified(self):
        """Whether the latest check found it working. On a crisis line it takes two people.

        Who changed the number is one of the two, and never the only one who looked.
        """
        found = self.found_working_by
        if self.resource.is_crisis_line:
            return bool(found - {self.changed_by_id}) and len(found | ({self.changed_by_id} - {None})) > 1
        return bool(found)

    @property
    def is_dead(self):
        return self.newest_check is not None and self.newest_check.result == "dead"

    @property
    def is_different(self):
        return self.newest_check is not None and self.newest_check.result == "different"

    @property
    def needs_a_second_person(self):
        """One has found it working, and on a crisis line that is not enough."""
        return bool(self.found_working_by) and not self.is_verified

    @property
    def checked_on(self):
        return self.newest_check.on if self.is_verified else None
