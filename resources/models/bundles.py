"""Entries that belong together, and pairs that only look as if they did."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class Bundle(models.Model):
    """A set that is given in one step: “adult, thoughts of suicide, evening”."""

    name = models.CharField(_("name"), max_length=120)
    country = models.CharField(_("country"), max_length=2)
    resources = models.ManyToManyField("resources.Resource", through="BundleItem", related_name="bundles")
    is_retired = models.BooleanField(_("not offered any more"), default=False)

    class Meta:
        ordering = ["country", "name"]
        constraints = [
            models.UniqueConstraint(fields=["country", "name"], name="bundle_name_once_per_country"),
            models.CheckConstraint(name="bundle_country_is_a_code", condition=Q(country__regex=r"^[A-Z]{2}$")),
        ]


class BundleItem(models.Model):
    bundle = models.ForeignKey(Bundle, on_delete=models.CASCADE, related_name="items")
    resource = models.ForeignKey("resources.Resource", on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["bundle", "resource"], name="resource_once_per_bundle")]


class PairDecision(models.Model):
    """Two entries that look alike, and what a curator said of them: remembered, so nobody is asked twice."""

    class What(models.TextChoices):
        DIFFERENT = "different", _("Not the same")
        VARIANTS = "variants", _("Belong together, and both stay")
        MERGED = "merged", _("The same: one was merged into the other")

    first = models.ForeignKey("resources.Resource", on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey("resources.Resource", on_delete=models.PROTECT, related_name="+")
    what = models.CharField(_("what"), max_length=10, choices=What)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("decided"), auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="pair_is_decided_once"),
            models.CheckConstraint(name="pair_is_in_order", condition=Q(first__lt=F("second"))),
        ]


class SearchGap(models.Model):
    """Words that were searched on a day and found nothing. Counted, and never linked to a person."""

    words = models.CharField(_("words"), max_length=80)
    country = models.CharField(_("country"), max_length=2)
    on = models.DateField(_("on"))
    times = models.PositiveIntegerField(_("times"), default=1)

    class Meta:
        ordering = ["-on", "-times", "words"]
        constraints = [models.UniqueConstraint(fields=["words", "country", "on"], name="search_gap_once_a_day")]
