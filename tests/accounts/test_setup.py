"""What an admin says before people work here: the organisation's name, its sites, the lead; and that mail arrives."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts import mail_tests, sites
from accounts.models import AuditEntry, MailTest, Organisation, Role, Site, StaffMail, Team

GALWAY = {
    "name": "Galway Clinic",
    "country": "ie",
    "time_zone": "europe/dublin",
    "emergency_number": "112",
    "on_call_phone": "+353 91 555 010",
    "terminology": "response",
    "workday_starts": "09:00",
    "workday_ends": "17:00",
    "late_entry_hours": "24",
}


def entries(action):
    return list(AuditEntry.objects.filter(action=action).values_list("facts", flat=True))


def test_the_organisation_is_named_once_and_named_anew(signed_in, admin):
    browser = signed_in(admin)
    for name in ("Riverside", "Riverside", "Riverside Group"):
        assert browser.post(reverse("organisation"), {"name": name}).url == reverse("setup")
    assert Organisation.objects.get().name == "Riverside Group"
    assert len(entries("organisation_named")) == 2
    refused = browser.post(reverse("organisation"), {"name": ""})
    assert refused.status_code == 422
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.create(pk=2, name="Another")


def test_a_site_is_added_with_a_team_and_changed(signed_in, admin):
    browser = signed_in(admin)
    assert browser.post(reverse("add-site"), {**GALWAY, "team": "Adults"}).url == reverse("setup")
    made = Site.objects.get(name="Galway Clinic")
    assert (made.country, made.time_zone, made.on_call_phone) == ("IE", "Europe/Dublin", "+353 91 555 010")
    assert Team.objects.get(site=made).name == "Adults"
    address = reverse("edit-site", args=[made.pk])
    assert browser.post(address, {**GALWAY, "emergency_number": "999"}).url == reverse("setup")
    assert browser.post(address, {**GALWAY, "emergency_number": "999"}).url == reverse("setup")
    assert entries("site_changed") == [{"fields": ["emergency_number"]}]


WRONG = [
    ("country", "XX", "There is no such country"),
    ("country", "", "required"),
    ("time_zone", "Dublin time", "Europe/London"),
    ("emergency_number", "call us", "valid value"),
    ("on_call_phone", "ring me", "as dialled there"),
    ("workday_ends", "08:00", "later than the start"),
    ("name", "Riverside Clinic", "already exists"),
]


@pytest.mark.parametrize(("field", "typed", "words"), WRONG)
def test_a_site_that_cannot_be_is_refused_beside_the_field_and_nothing_is_lost(signed_in, admin, field, typed, words):
    answer = signed_in(admin).post(reverse("add-site"), {**GALWAY, "team": "Adults", field: typed})
    assert answer.status_code == 422
    assert words in str(answer.context["form"].errors[field])
    assert "+353 91 555 010" in answer.content.decode() or field == "on_call_phone"
    assert not Site.objects.filter(name="Galway Clinic").exists()


def test_a_refused_change_leaves_the_heading_as_it_was(signed_in, admin, site):
    answer = signed_in(admin).post(reverse("edit-site", args=[site.pk]), {**GALWAY, "name": ""})
    assert answer.status_code == 422
    assert "<h1>Riverside Clinic</h1>" in answer.content.decode()
    assert sites.organisation() is None


def test_an_admin_names_a_lead_who_is_somebody_else(signed_in, admin, supervisor):
    browser = signed_in(admin)
    assert browser.post(reverse("name-lead"), {"person": admin.pk}).status_code == 422
    assert browser.post(reverse("name-lead"), {"person": supervisor.pk}).url == reverse("setup")
    supervisor.refresh_from_db()
    assert supervisor.is_clinical_lead
    assert AuditEntry.objects.filter(action="clinical_lead_appointed", by=admin).exists()


def test_whoever_names_a_lead_is_asked_again_who_they_are(signed_in, admin, supervisor, asked_each_time):
    answer = signed_in(admin).post(reverse("name-lead"), {"person": supervisor.pk})
    assert answer.url.startswith(reverse("account_reauthenticate"))


def link_in(mail):
    return re.search(r"https?://[^/]+(/\S+)", mail.body).group(1)


def test_mail_is_proven_only_by_its_link_opened_by_who_asked(signed_in, admin, hire, mails):
    browser = signed_in(admin)
    assert browser.post(reverse("send-mail-test")).url == reverse("setup")
    [mail] = mails()
    assert mail.to == [admin.email]
    assert "A mail is on its way" in browser.get(reverse("setup")).content.decode()
    link = link_in(mail)
    assert browser.get(link).status_code == 200
    assert mail_tests.proof() is None, "opening is what mail servers do as well"
    other = signed_in(hire("Bo Other", Role.ADMIN))
    assert other.post(link).status_code == 410
    assert signed_in(hire("Cy Ther", Role.THERAPIST)).post(link).status_code == 403
    browser.logout()
    assert browser.post(link).url.startswith(reverse("account_login"))
    assert mail_tests.proof() is None
    browser = signed_in(admin)
    assert browser.post(link).url == reverse("setup")
    assert browser.post(link).url == reverse("setup"), "twice is once"
    assert mail_tests.proof().by == admin
    assert "Mail arrives: proven on" in browser.get(reverse("setup")).content.decode()
    assert len(entries("mail_arrived")) == 1
    assert MailTest.objects.get().token_hash not in mail.body


def test_a_link_that_is_too_old_or_was_replaced_proves_nothing(signed_in, admin, mails, mailoutbox):
    browser = signed_in(admin)
    browser.post(reverse("send-mail-test"))
    [mail] = mails()
    StaffMail.objects.update(sent_at=None, next_at=timezone.now())  # as where a sender died after sending
    assert len(mails()) == 2
    assert browser.post(link_in(mail)).status_code == 410
    MailTest.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    answer = browser.post(link_in(mailoutbox[-1]))
    assert answer.status_code == 410
    assert "too old" in answer.content.decode()
    StaffMail.objects.update(sent_at=None, next_at=timezone.now())
    assert len(mails()) == 2, "a mail that can prove nothing any more is not sent"


def test_the_database_keeps_no_proof_without_a_link(admin):
    now = timezone.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        MailTest.objects.create(by=admin, expires_at=now + timedelta(hours=1), arrived_at=now + timedelta(minutes=1))
