"""How and with whom a session takes place. These decide which words the steps use."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Format(models.TextChoices):
    IN_PERSON = "in_person", _("In person")
    VIDEO = "video", _("Video")
    PHONE = "phone", _("Phone")
    HOME_VISIT = "home_visit", _("Home visit")

    @property
    def is_remote(self):
        return self in (Format.VIDEO, Format.PHONE)


class Composition(models.TextChoices):
    INDIVIDUAL = "individual", _("Individual")
    COUPLE = "couple", _("Couple")
    FAMILY = "family", _("Family")
    GROUP = "group", _("Group")


class AgeBand(models.TextChoices):
    UNDER_13 = "under_13", _("Under 13")
    TEEN = "13_17", _("13 to 17")
    ADULT = "adult", _("Adult")
