"""The tables of HSDS 3.1 that an export fills: their files, columns, and which column names a row of which table."""

#: Table: its file, the columns that must be there, then those that may be.
TABLES = {
    "organization": ("organizations.csv", "id name description", "website"),
    "service": (
        "services.csv",
        "id organization_id name status",
        "alternate_name description url email interpretation_services fees_description eligibility_description "
        "minimum_age maximum_age assured_date alert last_modified",
    ),
    "taxonomy": ("taxonomies.csv", "id name description", ""),
    "taxonomy_term": ("taxonomy_terms.csv", "id name description", "code parent_id taxonomy language taxonomy_id"),
    "attribute": ("attributes.csv", "id link_id taxonomy_term_id link_entity", "link_type value label"),
    "location": ("locations.csv", "id location_type", "name latitude longitude"),
    "service_at_location": ("service_at_location.csv", "id service_id location_id", ""),
    "address": (
        "addresses.csv",
        "id address_1 city state_province postal_code country address_type",
        "location_id address_2",
    ),
    "phone": ("phones.csv", "id number", "service_id extension type description"),
    "contact": ("contacts.csv", "id", "service_id name email"),
    "url": ("url.csv", "id url", "label service_id"),
    "schedule": (
        "schedules.csv",
        "id",
        "service_id valid_from valid_to dtstart freq interval byday description opens_at closes_at notes",
    ),
    "service_area": ("service_areas.csv", "id", "service_id name"),
    "language": ("languages.csv", "id", "service_id phone_id name code"),
    "metadata": (
        "metadata.csv",
        "id resource_id resource_type last_action_date last_action_type field_name previous_value replacement_value "
        "updated_by",
        "",
    ),
}
REFERENCES = {
    "organization_id": "organization",
    "service_id": "service",
    "location_id": "location",
    "phone_id": "phone",
    "taxonomy_id": "taxonomy",
    "taxonomy_term_id": "taxonomy_term",
}
#: Where in a document the rows of a table are found.
PLACES = {
    "organization": "organization",
    "phones": "phone",
    "contacts": "contact",
    "additional_urls": "url",
    "schedules": "schedule",
    "service_areas": "service_area",
    "service_at_locations": "service_at_location",
    "location": "location",
    "addresses": "address",
    "languages": "language",
    "attributes": "attribute",
    "taxonomy_term": "taxonomy_term",
    "metadata": "metadata",
}
NUMBERS = {"minimum_age", "maximum_age", "latitude", "longitude", "extension", "interval"}
EMAIL, ADDRESSES, MOMENTS = {"email"}, {"url", "website"}, {"last_modified"}
#: Required by the standard, and empty where nobody knows it: the descriptor must not promise more than there is.
MAY_BE_EMPTY = {"address", "metadata"}


def of(table):
    _file, required, optional = TABLES[table]
    return [*required.split(), *optional.split()]


def descriptor():
    """The datapackage.json of an export: https://specs.frictionlessdata.io/tabular-data-package/."""
    return {
        "name": "human_services_data",
        "title": "Human services of a Doorway directory, as HSDS 3.1 tables",
        "description": "Text that a spreadsheet would take for a formula begins with an apostrophe, also a number that "
        "begins with a plus. Take away one apostrophe where it stands before = + - @, a tab or a line's end.",
        "profile": "tabular-data-package",
        "version": "3.1",
        "homepage": "https://docs.openreferral.org",
        "resources": [resource(table) for table in TABLES],
    }


def resource(table):
    file, required, _optional = TABLES[table]
    keys = [name for name in of(table) if name in REFERENCES]
    return {
        "name": table,
        "path": file,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {
            "primaryKey": "id",
            "fields": [field(table, name, required.split()) for name in of(table)],
            "foreignKeys": [
                {"fields": name, "reference": {"resource": REFERENCES[name], "fields": "id"}} for name in keys
            ],
        },
    }


def field(table, name, required):
    made = {"name": name, "type": "number" if name in NUMBERS else "string"}
    if name in required and (name == "id" or table not in MAY_BE_EMPTY):
        made["constraints"] = {"required": True} | ({"unique": True} if name == "id" else {})
    return made
