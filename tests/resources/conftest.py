import pytest

from resources.models import ContactPoint, Organisation, Resource


@pytest.fixture
def put(db):
    """Put an entry with one contact on the shelf: `put("Night line", country="NL", dial="113")`."""

    def put_on_shelf(name, *, country="US", kind="voice", dial="", region=None, **facts):
        contact = {
            key: facts.pop(key) for key in ("keyword", "menu_option", "e164", "url", "note", "display") if key in facts
        }
        organisation, _ = Organisation.objects.get_or_create(name="An operator")
        facts = {"status": Resource.Status.IN_REVIEW, "slug": name.lower().replace(" ", "-"), **facts}
        resource = Resource.objects.create(name=name, organisation=organisation, country=country, **facts)
        dial_region = (region or country) if dial else ""
        ContactPoint.objects.create(resource=resource, kind=kind, dial=dial, dial_region=dial_region, **contact)
        return resource

    return put_on_shelf


@pytest.fixture
def seen_from(db):
    """Sign `user` in to a site in another country."""

    def move(user, country, emergency_number="112"):
        site = user.team.site
        site.country, site.emergency_number = country, emergency_number
        site.save()
        return user

    return move
