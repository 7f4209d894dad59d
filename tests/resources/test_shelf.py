import pytest
from django.core.management import call_command

from accounts.models import AuditEntry
from resources import shelf
from resources.models import ContactPoint, Organisation, Resource, Verification

pytestmark = pytest.mark.django_db


def everything():
    return {model: list(model.objects.order_by("pk").values()) for model in (Resource, ContactPoint, Organisation)}


def test_the_starter_set_has_58_entries_and_a_second_run_changes_nothing():
    assert shelf.load() == shelf.Loaded(created=58, unchanged=0)
    before, audited = everything(), AuditEntry.objects.count()
    assert shelf.load() == shelf.Loaded(created=0, unchanged=58)
    assert everything() == before
    assert AuditEntry.objects.count() == audited


def test_nothing_in_the_starter_set_counts_as_checked(starter):
    assert not Verification.objects.exists()
    assert set(Resource.objects.values_list("status", flat=True)) == {Resource.Status.IN_REVIEW}
    assert not any(entry.is_verified for entry in Resource.objects.with_contacts())


def test_each_starter_entry_can_be_reached_and_says_where_it_was_seen(starter):
    assert not Resource.objects.filter(contact_points=None).exists()
    assert not Resource.objects.filter(evidence=None).exists()


def test_what_an_admin_has_changed_stays_changed(starter, admin):
    entry = Resource.objects.get(slug="gb-samaritans")
    entry.name, entry.status = "Samaritans, our branch", Resource.Status.RETIRED
    entry.save()
    entry.contact_points.update(display="116-123")
    shelf.load(by=admin)
    entry.refresh_from_db()
    assert (entry.name, entry.status) == ("Samaritans, our branch", Resource.Status.RETIRED)
    assert set(entry.contact_points.values_list("display", flat=True)) == {"116-123"}


def test_the_command_says_what_it_did(capsys):
    call_command("load_starter_resources")
    call_command("load_starter_resources")
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("58 added, 0 already there.")
    assert second.startswith("0 added, 58 already there.")


@pytest.mark.parametrize(
    ("slug", "kind", "exactly"),
    [
        ("us-crisis-text-line", "sms", ("741741", "HOME", "")),
        ("us-trevor-project", "sms", ("678678", "START", "")),
        ("us-veterans-crisis-line", "voice", ("988", "", "1")),
        ("gb-shout", "sms", ("85258", "SHOUT", "")),
        ("gb-nhs-111-option-2", "voice", ("111", "", "2")),
        ("es-024", "voice", ("024", "", "")),
        ("ca-kids-help-phone", "sms", ("686868", "CONNECT", "")),
    ],
)
def test_keywords_menu_options_and_zeros_survive(starter, slug, kind, exactly):
    contact = ContactPoint.objects.get(resource__slug=slug, kind=kind)
    assert (contact.dial, contact.keyword, contact.menu_option) == exactly


def test_a_short_code_has_no_international_form(starter):
    assert not ContactPoint.objects.filter(dial__regex=r"^\d{1,5}$").exclude(e164="").exists()
