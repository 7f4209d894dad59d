"""How an installation gets its first people: from the command line, each with a link to choose a password."""

import io
import re

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from accounts import people, supervision
from accounts.models import AuditEntry, Role, Site, Supervision, Team, User

NEW_PASSWORD = "four quiet words here"
LONDON = {"country": "GB", "time_zone": "Europe/London", "emergency_number": "999"}
SAM = {"email": "sam@clinic.example", "name": "Sam L", "role": "supervisor therapist", "site": "Harbour"}
TABLES = [User, Site, Team, Supervision, AuditEntry]


def create_person(**facts):
    """What the command prints, given SAM at LONDON but for `facts`; None leaves an option away."""
    words = io.StringIO()
    facts = {name: value for name, value in (SAM | LONDON | facts).items() if value is not None}
    roles = [f"--role={role}" for role in facts.pop("role").split()]
    options = [f"--{name.replace('_', '-')}={value}" for name, value in facts.items()]
    call_command("create_person", *roles, *options, stdout=words)
    return words.getvalue()


def refusal(**facts):
    """The sentence the command ends with, having written nothing."""
    before = [model.objects.count() for model in TABLES]
    with pytest.raises(CommandError) as refused:
        create_person(**facts)
    assert [model.objects.count() for model in TABLES] == before
    assert "\n" not in str(refused.value)
    return str(refused.value)


def link_in(words):
    return re.search(r"^https?://\S+$", words, re.MULTILINE).group()


def test_a_person_a_team_and_a_site_where_there_was_nothing(db):
    create_person(phone="020 7946 0119")
    sam = User.objects.get()
    assert (sam.email, sam.name, sam.phone) == ("sam@clinic.example", "Sam L", "020 7946 0119")
    assert sam.roles == [Role.SUPERVISOR, Role.THERAPIST]
    assert not sam.has_usable_password()
    assert (sam.team.name, sam.site.name) == ("Adults", "Harbour")
    assert (sam.site.country, sam.site.time_zone, sam.site.emergency_number) == ("GB", "Europe/London", "999")


@pytest.mark.parametrize(("place", "words"), [(LONDON, "response"), (LONDON | {"country": "IE"}, "concern")])
def test_a_new_site_speaks_as_its_country_does(db, place, words):
    create_person(**place)
    assert Site.objects.get().terminology == words


def test_the_audit_trail_says_it_was_the_command_line(db):
    create_person()
    entries = AuditEntry.objects.order_by("pk").values_list("action", "system_actor", "by")
    assert list(entries) == [(what, "command line", None) for what in ("site_added", "team_added", "person_added")]
    assert AuditEntry.objects.get(action="person_added").facts == {
        "roles": ["supervisor", "therapist"],
        "team": Team.objects.get().pk,
    }


def test_a_site_and_team_that_are_there_are_used(team, therapist):
    create_person(site="Riverside Clinic", team="Adults", **dict.fromkeys(LONDON))
    assert User.objects.get(email=SAM["email"]).team == team
    assert (Site.objects.count(), Team.objects.count()) == (1, 1)


def test_the_supervisor_answers_for_the_new_person_from_now_on(supervisor, time_machine):
    """Three in the morning in London is still the day before on the wall of a supervisor in New York."""
    time_machine.move_to("2026-05-21T02:00:00Z", tick=False)
    create_person(email="new@clinic.example", role="therapist", supervised_by=supervisor.email.upper())
    new = User.objects.get(email="new@clinic.example")
    with timezone.override(supervisor.zone):
        assert list(supervision.supervisors_of(new)) == [supervisor]
    assert AuditEntry.objects.get(action="supervision_added").facts == {
        "supervisor": supervisor.pk,
        "supervisee": new.pk,
    }


def test_the_link_is_where_a_password_is_chosen_once(client, db, settings):
    settings.PUBLIC_URL = "https://doorway.example"
    words = create_person()
    link = link_in(words)
    assert link.startswith("https://doorway.example/")
    assert "within 3 days" in words
    path = link.removeprefix("https://doorway.example")
    form = client.get(path, follow=True).request["PATH_INFO"]
    chosen = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert client.post(form, chosen).url == reverse("account_reset_password_from_key_done")
    assert User.objects.get().check_password(NEW_PASSWORD)
    assert "used before or is too old" in client.get(path, follow=True).content.decode()
    client.post(reverse("account_login"), {"login": SAM["email"].upper(), "password": NEW_PASSWORD})
    assert client.get(reverse("me")).status_code == 200


def test_the_link_ends_after_three_days(client, db, time_machine):
    time_machine.move_to("2026-05-20T16:00:00Z")
    path = link_in(create_person()).removeprefix("http://127.0.0.1:8000")
    time_machine.move_to("2026-05-23T16:00:10Z")
    assert "used before or is too old" in client.get(path, follow=True).content.decode()


def test_who_let_the_link_grow_old_is_sent_another(client, db, mails):
    create_person()
    client.post(reverse("account_reset_password"), {"email": SAM["email"]})
    assert "/account/password/forgotten/" in mails()[0].body


def test_the_link_is_neither_logged_nor_mailed(db, mailoutbox, caplog):
    caplog.set_level("DEBUG")
    key = link_in(create_person()).rsplit("/", 2)[1]
    assert mailoutbox == []
    assert key not in caplog.text


@pytest.mark.parametrize("email", ["ana.reyes@clinic.example", "Ana.Reyes@CLINIC.example"])
def test_an_address_that_is_taken(therapist, email):
    assert refusal(email=email) == "Somebody with the address ana.reyes@clinic.example is already here."


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"role": "boss"}, "There is no role “boss”: the roles are therapist, supervisor, admin, privacy."),
        ({"country": "UK"}, "“UK” cannot be the country: give two letters of ISO 3166, such as GB."),
        ({"country": "gb"}, "“gb” cannot be the country: give two letters of ISO 3166, such as GB."),
        ({"time_zone": "London"}, "“London” cannot be the time zone: give a full name, such as Europe/London."),
        ({"emergency_number": "9"}, "“9” cannot be the emergency number: give 2 to 10 digits, such as 999."),
        ({"phone": "ask me"}, "“ask me” cannot be the work phone: give it as dialled there, or with + and the"),
        ({"phone": "1"}, "“1” cannot be the work phone"),
        ({"email": "sam"}, "“sam” cannot be the e-mail: give one such as sam@clinic.example."),
        ({"name": " "}, "The name of the user: This field cannot be blank."),
        ({"team": ""}, "The name of the team: This field cannot be blank."),
        ({"country": ""}, "Harbour is a new site, so its country must be given."),
        ({"country": "", "time_zone": ""}, "Harbour is a new site, so its country and its time zone must be given."),
        ({"supervised_by": "no@clinic.example"}, "There is no active supervisor with the address no@clinic.example."),
        ({"supervised_by": "SAM@clinic.example"}, "Nobody supervises themselves."),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(db, facts, sentence):
    assert refusal(**facts).startswith(sentence)


def test_only_somebody_with_the_role_supervises(therapist):
    assert (
        refusal(supervised_by=therapist.email) == f"There is no active supervisor with the address {therapist.email}."
    )


def test_nobody_who_has_left_supervises(supervisor):
    supervisor.is_active = False
    supervisor.save()
    assert "no active supervisor" in refusal(supervised_by=supervisor.email)


def test_facts_about_a_site_that_is_there_must_be_the_ones_it_has(site):
    assert refusal(site=site.name) == "Riverside Clinic is already here, and its country is US."


def test_a_person_without_a_role_is_nobody(db):
    with pytest.raises(people.NotAdded, match="needs a role"):
        people.add(email="a@b.example", name="A", roles=[], site="S", team="T", by="command line", place=LONDON)


def test_what_went_wrong_later_takes_everything_back(db, monkeypatch):
    """Without its audit entry a person is not added, nor their team and site."""
    monkeypatch.setattr(people.audit, "record", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        create_person()
    assert not User.objects.exists()
    assert not Site.objects.exists()
    assert not connection.needs_rollback


# Clinical leads


def test_somebody_who_is_here_becomes_clinical_lead_and_is_it_no_more(supervisor):
    """An installation that grew up without one appoints one of its own."""
    words = io.StringIO()
    for _twice in range(2):
        call_command("clinical_lead", supervisor.email.upper(), stdout=words)
    supervisor.refresh_from_db()
    assert supervisor.is_clinical_lead
    assert AuditEntry.objects.get(action="clinical_lead_appointed").system_actor == "command line"
    assert words.getvalue().splitlines()[0] == "Sam Lindqvist is now a clinical lead."
    call_command("clinical_lead", supervisor.email, end=True, stdout=words)
    supervisor.refresh_from_db()
    assert not supervisor.is_clinical_lead
    assert AuditEntry.objects.filter(action="clinical_lead_relieved").exists()


def test_nobody_who_has_left_becomes_clinical_lead(supervisor):
    User.objects.filter(pk=supervisor.pk).update(is_active=False)
    with pytest.raises(CommandError, match="nobody active with the address sam"):
        call_command("clinical_lead", supervisor.email)
