"""What the application may do with the directory's tables: they hold no clinical row."""

from accounts.database_rights import EVERYTHING, REST

REST |= {
    "resources_alias": EVERYTHING,
    "resources_bundle": EVERYTHING,
    "resources_bundleitem": EVERYTHING,
    "resources_contactpoint": EVERYTHING,
    "resources_coverage": EVERYTHING,
    "resources_curatortask": EVERYTHING,
    "resources_evidence": EVERYTHING,
    "resources_externalid": EVERYTHING,
    "resources_importbatch": EVERYTHING,
    "resources_importfile": EVERYTHING,
    "resources_importrow": EVERYTHING,
    "resources_inclusionpolicy": EVERYTHING,
    "resources_knownhours": EVERYTHING,
    "resources_linkcheck": EVERYTHING,
    "resources_location": EVERYTHING,
    "resources_mappingprofile": EVERYTHING,
    "resources_numberreport": EVERYTHING,
    "resources_organisation": EVERYTHING,
    "resources_pairdecision": EVERYTHING,
    "resources_resource": EVERYTHING,
    "resources_searchgap": EVERYTHING,
    "resources_verification": EVERYTHING,
    "resources_watchedpage": EVERYTHING,
    "resources_searchentry": "S",  # written by triggers
    "resources_searchword": "S",
}
