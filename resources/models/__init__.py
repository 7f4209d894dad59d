"""The resource directory: where to turn. Nothing here is shown as right until a named person has checked it."""

from resources.models.bundles import Bundle, BundleItem, PairDecision, SearchGap
from resources.models.checks import Evidence, NumberReport, Verification
from resources.models.contacts import ContactPoint
from resources.models.directory import Organisation, Resource
from resources.models.finding import KnownHours, SearchEntry, SearchWord
from resources.models.imports import ImportBatch, ImportFile, ImportRow, MappingProfile
from resources.models.links import CuratorTask, LinkCheck, PageState, Shown, WatchedPage, Why
from resources.models.names import Alias, ExternalId
from resources.models.policies import InclusionPolicy
from resources.models.whereabouts import Coverage, Location

__all__ = [
    "Alias",
    "Bundle",
    "BundleItem",
    "ContactPoint",
    "Coverage",
    "CuratorTask",
    "Evidence",
    "ExternalId",
    "ImportBatch",
    "ImportFile",
    "ImportRow",
    "InclusionPolicy",
    "KnownHours",
    "LinkCheck",
    "Location",
    "MappingProfile",
    "NumberReport",
    "Organisation",
    "PageState",
    "PairDecision",
    "Resource",
    "SearchEntry",
    "SearchGap",
    "SearchWord",
    "Shown",
    "Verification",
    "WatchedPage",
    "Why",
]
