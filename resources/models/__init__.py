"""The resource directory: where to turn. Nothing here is shown as right until a named person has checked it."""

from resources.models.checks import Evidence, NumberReport, Verification
from resources.models.contacts import ContactPoint
from resources.models.directory import Organisation, Resource
from resources.models.links import CuratorTask, LinkCheck, PageState, Shown, WatchedPage, Why

__all__ = [
    "ContactPoint",
    "CuratorTask",
    "Evidence",
    "LinkCheck",
    "NumberReport",
    "Organisation",
    "PageState",
    "Resource",
    "Shown",
    "Verification",
    "WatchedPage",
    "Why",
]
