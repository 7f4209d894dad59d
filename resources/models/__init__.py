"""The resource directory: where to turn. Nothing here is shown as right until a named person has checked it."""

from resources.models.checks import Evidence, NumberReport, Verification
from resources.models.contacts import ContactPoint
from resources.models.directory import Organisation, Resource

__all__ = ["ContactPoint", "Evidence", "NumberReport", "Organisation", "Resource", "Verification"]
