"""Layouts of lists that are exchanged: their tables and columns, under whatever name each program gives them.

HSDS 1, 2 and 3, Ohana (also as iCarol exports it) and ORServices say the same things in different words. One set of
names is used from here on, that of HSDS 3 in the singular.
"""

import re

from resources.reading import texts

#: A table's name here, and the names it goes by.
TABLES = {
    "organization": "organizations organisation organisations agency agencies",
    "service": "services",
    "location": "locations sites",
    "service_at_location": "service_at_locations services_at_location services_at_locations service_location",
    "address": "addresses physical_address physical_addresses",
    "postal_address": "postal_addresses mail_address mail_addresses mailing_addresses",
    "phone": "phones",
    "contact": "contacts",
    "schedule": "schedules regular_schedule regular_schedules",
    "holiday_schedule": "holiday_schedules",
    "language": "languages",
    "program": "programs programmes",
    "taxonomy_term": "taxonomy_terms categories category",
    "taxonomy": "taxonomies taxonomy_types",
    "attribute": "attributes service_attribute service_attributes service_taxonomy service_taxonomies "
    "service_taxonomys other_attributes",
    "service_area": "service_areas",
    "cost_option": "cost_options",
    "eligibility": "eligibilities eligibilitys",
    "required_document": "required_documents",
    "accessibility": "accessibility_for_disabilities accessibility_for_disability",
    "funding": "fundings",
    "metadata": "",
    "meta_table_description": "meta_table_descriptions",
    "organization_identifier": "organization_identifiers",
    "service_capacity": "service_capacities capacities",
    "unit": "units",
    "url": "urls additional_urls additional_websites",
    "payment_accepted": "payments_accepted accepted_payments",
}
ALIASES = {alias: kind for kind, names in TABLES.items() for alias in (kind, *names.split())}

#: The columns of each table that are understood, then the other names they go by.
PARENTS = "service_id location_id organization_id service_at_location_id contact_id"
FLAG = "is_confidential"
COLUMNS = {
    "organization": f"id name alternate_name description email website status {FLAG} year_incorporated "
    "date_incorporated tax_status tax_id legal_status parent_organization_id logo uri accreditations "
    "licenses funding_sources",
    "service": "id name alternate_name description url email status organization_id program_id location_ids term_ids "
    "phone_ids schedule_ids address_ids interpretation_services application_process wait_time fees fees_description "
    "accreditations licenses eligibility_description minimum_age maximum_age assured_date assurer_email alert "
    "last_modified keywords languages audience required_documents service_areas accepted_payments funding_sources",
    "location": f"id organization_id name alternate_name description transportation latitude longitude email website "
    f"languages location_type virtual accessibility admin_emails short_desc url external_identifier "
    f"external_identifier_type {FLAG}",
    "service_at_location": "id service_id location_id description",
    "address": f"id location_id attention address_1 address_2 address_3 address_4 city region state_province "
    f"postal_code country address_type {FLAG}",
    "phone": f"id {PARENTS} number extension type language description department priority vanity_number "
    f"country_prefix {FLAG}",
    "contact": f"id {PARENTS} name title department email {FLAG}",
    "schedule": f"id {PARENTS} name weekday opens_at closes_at valid_from valid_to dtstart until count wkst freq "
    "interval byday byweekno bymonthday byyearday description timezone schedule_link attending_type notes",
    "holiday_schedule": f"id {PARENTS} start_date end_date closed opens_at closes_at",
    "language": f"id {PARENTS} phone_id name code note",
    "program": "id organization_id name alternate_name description",
    "taxonomy_term": "id name description parent_id parent_name taxonomy taxonomy_id language code term_uri type "
    "status",
    "taxonomy": "id name description uri version",
    "attribute": "id service_id taxonomy_term_id link_id link_type link_entity value label",
    "service_area": "id service_id service_at_location_id name description extent extent_type uri",
    "cost_option": "id service_id valid_from valid_to option currency amount amount_description",
    "eligibility": "id service_id description",
    "required_document": "id service_id document uri",
    "accessibility": "id location_id description details url",
}
COLUMNS["postal_address"] = COLUMNS["address"]
COLUMNS = {kind: tuple(names.split()) for kind, names in COLUMNS.items()}
OTHER_NAMES = {
    "": {"recordid": "id", "record_id": "id", "private": FLAG, "is_private": FLAG, "confidential": FLAG,
         "isprivate": FLAG, "location": "location_id", "service": "service_id", "organization": "organization_id"},
    "organization": {"url": "website", "organization": "name"},
    "service": {"website": "url", "location_id": "location_ids", "locations": "location_ids",
                "location": "location_ids",
                "taxonomy": "term_ids", "taxonomy_ids": "term_ids", "taxonomy_id": "term_ids",
                "phones": "phone_ids",
                "schedule": "schedule_ids", "schedules": "schedule_ids", "address": "address_ids",
                "program": "program_id", "eligibility": "eligibility_description", "fee": "fees"},
    "address": {"state": "state_province", "zip": "postal_code", "postcode": "postal_code", "address": "address_1"},
    "phone": {"number_type": "type", "phone": "number"},
    "schedule": {"opens": "opens_at", "closes": "closes_at", "days_of_week": "weekday", "day": "weekday"},
    "language": {"language": "name", "language_code": "code"},
    "taxonomy_term": {"term": "name", "parent_recordid": "parent_id", "vocabulary": "type",
                      "taxonomy_parent_name": "parent_id"},
    "taxonomy": {"taxonomy_type_recordid": "id", "type_recordid": "id"},
    "attribute": {"taxonomy_id": "taxonomy_term_id", "taxonomy_recordid": "taxonomy_term_id"},
    "service_area": {"service_area": "name", "area": "name"},
    "eligibility": {"eligibility": "description"},
    "accessibility": {"accessibility": "description"},
}  # fmt: skip
OTHER_NAMES["postal_address"] = OTHER_NAMES["address"]

#: What the programs of a layout always write: without it something was lost.
OHANA = {
    "program": "id organization_id name alternate_name",
    "phone": "id contact_id location_id organization_id service_id number extension department type vanity_number "
    "country_prefix",
    "contact": "id location_id organization_id service_id name title email department",
    "address": "id location_id address_1 address_2 city state_province postal_code country",
    "postal_address": "id location_id attention address_1 address_2 city state_province postal_code country",
    "schedule": "id location_id service_id weekday opens_at closes_at",
    "holiday_schedule": "id location_id service_id start_date end_date closed opens_at closes_at",
    "organization": "id name description",
    "location": "id organization_id name description",
    "service": "id location_ids name description",
    "taxonomy_term": "id name parent_id parent_name",
}
#: Columns without which a table says nothing.
HALF, MOST = 0.5, 0.75  # shares of the columns that are known, for tables told by name and by heading
NEEDED = {"service": "name", "organization": "name", "phone": "number", "taxonomy_term": "name", "program": "name"}


def kind_of(name):
    """The table that a file of this name holds, or nothing: “Physical-Addresses (2).csv” holds addresses."""
    stem = re.sub(r"\.[A-Za-z]{2,4}$", "", name.rpartition("/")[2].strip())
    return ALIASES.get(texts.word(re.sub(r"\s*\(\d+\)$", "", stem)), "")


def column(kind, name):
    """This package's name of a column of table `kind`, or nothing for columns that are not understood."""
    word = texts.word(name)
    known, others = COLUMNS.get(kind, ()), OTHER_NAMES[""] | OTHER_NAMES.get(kind, {})
    prefixes = [prefix for prefix in (kind, kind.rpartition("_")[2], kind.partition("_")[0]) if prefix]
    bare = next((word[len(prefix) + 1 :] for prefix in prefixes if word.startswith(f"{prefix}_")), word)
    bare = re.sub(r"^x_", "", bare)
    for candidate in (word, others.get(word), bare, others.get(bare)):
        if candidate in known:
            return candidate
    return ""


def columns(kind, names):
    """Position -> this package's name, each at most once, for the heading of a table."""
    found, positions = {}, {}
    for position, name in enumerate(names):
        code = column(kind, name)
        if code and (code not in positions or texts.word(name) == code):
            found.pop(positions.get(code), None)
            found[position] = positions[code] = code
            positions[code] = position
    numbered = texts.word(names[positions["id"]]) == "id" if "id" in positions else True
    if kind == "taxonomy_term" and numbered and {"parent_name", "taxonomy_id"} <= positions.keys():
        found = ohana_terms(found, positions)
    return found


def ohana_terms(found, positions):
    """Ohana's categories are known by their `taxonomy_id`; an `id` beside it only counts the lines."""
    found = {position: code for position, code in found.items() if code != "id"}
    return found | {positions["taxonomy_id"]: "id"}


def recognised(name, names):
    """The table that a file holds, told by its name, else by its heading. Nothing for lists of another kind."""
    kind = kind_of(name)
    if kind == "taxonomy" and {"parent_id", "parent_name", "term"} & {texts.word(each) for each in names}:
        kind = "taxonomy_term"
    if kind and (
        kind not in COLUMNS or fit(kind, names) >= HALF or {"id", "name"} <= set(columns(kind, names).values())
    ):
        return kind
    hinted = max((alias for alias in ALIASES if alias in texts.word(name)), key=len, default="")
    fits = {kind: fit(kind, names) + (kind == ALIASES.get(hinted)) * 0.2 for kind in COLUMNS if has_keys(kind, names)}
    best = max(fits, key=lambda kind: (fits[kind], len(columns(kind, names))), default="")
    return best if best and fits[best] >= MOST else ""


def fit(kind, names):
    """The share of the columns that table `kind` has a place for."""
    return len(columns(kind, names)) / max(len([name for name in names if name]), 1)


def has_keys(kind, names):
    """Whether the rows are tied to others by keys, as rows of a table are and rows of a simple list are not."""
    found = set(columns(kind, names).values())
    ties = {code for code in found if code.endswith(("_id", "_ids"))}
    if kind == "organization":
        return "id" in found and bool({"tax_status", "legal_status", "tax_id"} & found)
    return "id" in found | ties and bool(ties)


def layout_of(tables):
    """Which program's words the recognised tables are written in: hsds1, hsds2, hsds3, ohana or orservices."""
    words = {texts.word(column) for table in tables for column in table.columns}
    names = {texts.word(re.sub(r"\.\w+$", "", table.name)) for table in tables}
    kinds = {table.kind for table in tables}
    if any(word.endswith("_recordid") and word != "language_recordid" for word in words):
        return "orservices"
    if words & {"number_type", "vanity_number", "date_incorporated", "admin_emails", "accepted_payments",
                "taxonomy_ids", "parent_name"} or names & {"mail_addresses"}:  # fmt: skip
        return "ohana"
    if kinds & {"cost_option", "organization_identifier", "unit", "service_capacity", "url"} or words & {
        "location_type", "link_entity", "assured_date", "address_type", "eligibility_description"
    }:  # fmt: skip
        return "hsds3"
    if names & {"taxonomy_terms", "service_attributes", "service_attribute", "attributes"} or words & {"byday", "freq"}:
        return "hsds2"
    return ohana_by_heading(tables) or "hsds1"


def ohana_by_heading(tables):
    """Ohana's small tables have no word of their own, but always exactly these columns in this order."""
    for table in tables:
        expected = OHANA.get(table.kind, "").split()
        if table.kind in (
            "contact",
            "schedule",
            "holiday_schedule",
            "address",
            "postal_address",
            "program",
            "location",
        ):
            found = [table.names.get(position) for position in range(len(table.columns))]
            if found[: len(expected)] == expected or (table.kind == "program" and set(found) <= set(expected)):
                return "ohana"
    return ""
