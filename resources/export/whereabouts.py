"""Where one can go, and whom an entry serves by where they live, as HSDS has it. Confidential places never get here."""

from uuid import uuid5

from resources.export import facts
from resources.places import country_name

#: Fields of an address here and there. HSDS wants all of them once there is an address: unknown ones are empty.
ADDRESS = {
    "address_1": "address_1",
    "city": "city",
    "region": "state_province",
    "postal_code": "postal_code",
    "country": "country",
}
PLACE = ["name", "latitude", "longitude"]


def service_at_locations(resource):
    """The entry at each of its places. Needs `leaving.with_parts`, which leaves the confidential ones out."""
    return [at_location(location) for location in resource.locations.all() if not location.is_confidential]


def at_location(location):
    whole = location_of(location)
    return {
        "id": str(uuid5(location.resource_id, f"at:{location.pk}")),
        "service_id": str(location.resource_id),
        "location_id": whole["id"],
        "location": whole | {"addresses": addresses(location, whole["id"])},
    }


def location_of(location):
    """The fields of a location without what hangs on it."""
    known = {name: getattr(location, name) for name in PLACE}
    kept = {name: value for name, value in known.items() if value not in (None, "")}
    return {"id": str(uuid5(location.resource_id, f"location:{location.pk}")), "location_type": "physical", **kept}


def addresses(location, location_id):
    if not any(getattr(location, ours) for ours in (*ADDRESS, "address_2")):
        return []
    made = {theirs: getattr(location, ours) for ours, theirs in ADDRESS.items()}
    more = {"address_2": location.address_2} if location.address_2 else {}
    own_id = str(uuid5(location.resource_id, f"address:{location.pk}"))
    return [{"id": own_id, "location_id": location_id, "address_type": "physical", **made, **more}]


def service_areas(resource):
    """Whom it serves; without any, and without a part of the country, all of its country."""
    areas = [area(resource, row.country, row.subdivision) for row in resource.coverage.all()]
    return areas or [whole(resource)]


def area(resource, country, subdivision):
    own_id = uuid5(resource.pk, f"area:{country}:{subdivision}")
    said = {"country": country, "subdivision": subdivision}
    return named_area(resource, own_id, country, subdivision) | {
        "attributes": facts.attributes(own_id, "service_area", said)
    }


def whole(resource):
    return named_area(resource, uuid5(resource.pk, "area"), resource.country, resource.region)


def named_area(resource, own_id, country, part):
    name = f"{part}, {country_name(country)}" if part else str(country_name(country))
    return {"id": str(own_id), "service_id": str(resource.pk), "name": name}


def locations_from(document):
    return [location_from(each.get("location", {})) for each in document.get("service_at_locations", [])]


def location_from(location):
    address = next(iter(location.get("addresses", [])), {})
    read = {name: location.get(name) for name in PLACE}
    read |= {ours: address.get(theirs) for ours, theirs in ADDRESS.items()} | {"address_2": address.get("address_2")}
    return {name: value for name, value in read.items() if value not in (None, "")}


def coverage_from(document):
    said = [facts.Said(area) for area in document.get("service_areas", [])]
    rows = [{"country": each.text("country"), "subdivision": each.text("subdivision")} for each in said]
    return [{name: value for name, value in row.items() if value} for row in rows if row["country"]]
