"""Where an entry is, and whom it serves by where they live."""

import pghistory
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


@pghistory.track()
class Location(models.Model):
    """A place one can go to. A confidential one is known to staff who curate, and never leaves."""

    resource = models.ForeignKey("resources.Resource", on_delete=models.PROTECT, related_name="locations")
    name = models.CharField(_("name"), max_length=255, blank=True)
    address_1 = models.CharField(_("street"), max_length=255, blank=True)
    address_2 = models.CharField(_("more of the address"), max_length=255, blank=True)
    city = models.CharField(_("town"), max_length=120, blank=True)
    region = models.CharField(_("region"), max_length=120, blank=True)
    postal_code = models.CharField(_("postal code"), max_length=20, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    is_confidential = models.BooleanField(
        _("confidential"), default=False, help_text=_("Never printed, given or handed on: a refuge, for example.")
    )

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="location_is_on_earth",
                condition=Q(latitude=None, longitude=None) | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
            ),
            models.CheckConstraint(
                name="location_country_is_a_code", condition=Q(country="") | Q(country__regex=r"^[A-Z]{2}$")
            ),
        ]

    @property
    def lines(self):
        """The address as written on an envelope, empty parts left out."""
        town = " ".join(part for part in (self.postal_code, self.city) if part)
        return [part for part in (self.name, self.address_1, self.address_2, town, self.region) if part]


class Coverage(models.Model):
    """People of which area it serves. An entry without any serves the whole of its country."""

    resource = models.ForeignKey("resources.Resource", on_delete=models.PROTECT, related_name="coverage")
    country = models.CharField(_("country"), max_length=2)
    subdivision = models.CharField(_("part of the country"), max_length=120, blank=True)

    class Meta:
        verbose_name_plural = "coverage"
        ordering = ["country", "subdivision"]
        constraints = [
            models.UniqueConstraint(fields=["resource", "country", "subdivision"], name="coverage_once_per_resource"),
            models.CheckConstraint(name="coverage_country_is_a_code", condition=Q(country__regex=r"^[A-Z]{2}$")),
        ]
