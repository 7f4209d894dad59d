"""Nobody signs up: an admin asks somebody in, and a link lets them in once."""

import hashlib
import io
import re
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from accounts import invitations
from accounts.models import AuditEntry, Invitation, Role, StaffMail, Supervision, User
from tests.conftest import PASSWORD
from tests.followups.races import both, meet_after

NEW_PASSWORD = "four quiet words here"
LEE = "lee@clinic.example"


@pytest.fixture
def invited(admin, team, mails):
    """Lee, a therapist to be; `invited()` returns the path of the link in the mail."""

    def invite(**facts):
        who = {"email": LEE, "name": "Lee Park", "roles": ["therapist"], "team": team, "language": "en-gb", **facts}
        invitations.invite(**who, by=admin)
        return link_in(mails()[-1])

    return invite


def link_in(mail):
    return re.search(r"https?://[^/\s]+(/account/join/\S+)", mail.body).group(1)


def choose(browser, link, password=NEW_PASSWORD):
    browser.get(link)
    return browser.post(reverse("accept-invitation"), {"password1": password, "password2": password})


def test_an_admin_asks_somebody_in_who_chooses_a_password_and_is_in(signed_in, admin, supervisor, mails, client):
    facts = {"email": "Lee@Clinic.example", "name": "Lee Park", "roles": ["therapist"], "team": admin.team_id}
    asked = signed_in(admin).post(reverse("invite"), {**facts, "supervisor": supervisor.pk})
    assert asked.url == reverse("people")
    (mail,) = mails()
    assert mail.to == [LEE]
    answer = choose(client, link_in(mail))
    assert answer.url == reverse("now")
    assert client.get(reverse("me")).status_code == 200
    lee = User.objects.get(email=LEE)
    assert (lee.name, lee.roles, lee.team) == ("Lee Park", ["therapist"], admin.team)
    assert lee.check_password(NEW_PASSWORD)
    assert Supervision.objects.get(supervisee=lee).supervisor == supervisor
    trail = list(AuditEntry.objects.filter(action__in=["invited", "person_added", "invitation_accepted", "signed_in"]))
    assert [(each.action, each.by) for each in trail] == [
        ("invited", admin),
        ("person_added", admin),
        ("invitation_accepted", lee),
        ("signed_in", lee),
    ]


def test_the_link_stands_in_the_mail_and_nowhere_else(invited, caplog, django_capture_on_commit_callbacks):
    caplog.set_level("DEBUG")
    token = invited().rstrip("/").rsplit("/", 1)[1]
    made = Invitation.objects.get()
    assert made.token_hash == hashlib.sha256(token.encode()).hexdigest()
    kept = [*Invitation.objects.values_list(), *StaffMail.objects.values_list(), *AuditEntry.objects.values_list()]
    assert token not in repr(kept)
    assert token not in caplog.text
    assert len(token) >= 43, "256 bits"


def test_the_mail_names_no_client_and_nothing_but_who_asks(invited, client_0417, mailoutbox):
    invited()
    words = mailoutbox[0].subject + mailoutbox[0].body
    assert "Kim Novak" in words
    assert "0417" not in words
    assert "Robin" not in words
    assert "therapist" not in words


def test_opening_the_link_uses_nothing_up_and_hides_it_from_the_address_bar(invited, client):
    """Mail servers open links before people do."""
    link = invited()
    for _twice in range(2):
        answer = client.get(link)
        assert answer.url == reverse("accept-invitation")
        assert "no-store" in answer["Cache-Control"]
    page = client.get(answer.url).content.decode()
    assert "Welcome, Lee Park" in page
    assert link not in page
    assert not User.objects.filter(email=LEE).exists()


@pytest.mark.parametrize("password", ["fourteen chars", LEE])
def test_a_weak_password_is_refused_beside_its_field(invited, client, password):
    """By the rules all passwords here go by: too short, or one's own address."""
    answer = choose(client, invited(), password)
    assert answer.status_code == 422
    assert 'href="#id_password1"' in answer.content.decode()
    assert not User.objects.filter(email=LEE).exists()


def test_two_different_passwords_are_none(invited, client):
    client.get(invited())
    facts = {"password1": NEW_PASSWORD, "password2": "four other words here"}
    answer = client.post(reverse("accept-invitation"), facts)
    assert answer.status_code == 422
    assert "same password" in answer.content.decode()


def dead(browser, link):
    answer = browser.get(link, follow=True)
    assert answer.status_code == 410
    return answer.content.decode()


def test_a_link_works_once(invited, client):
    link = invited()
    choose(client, link)
    assert "already here" in dead(Browser(), link)
    assert choose(Browser(), link).status_code == 410
    assert User.objects.filter(email=LEE).count() == 1


def test_a_link_is_too_old_after_three_days(invited, client, time_machine):
    link = invited()
    time_machine.move_to(timezone.now() + timedelta(hours=71, minutes=59))
    assert client.get(link, follow=True).status_code == 200
    time_machine.move_to(timezone.now() + timedelta(minutes=2))
    assert "too old" in dead(client, link)


def test_a_link_that_nobody_sent_opens_nothing(client, db):
    assert "newest mail" in dead(client, "/account/join/made-up/")
    assert Browser().post(reverse("accept-invitation"), {}).status_code == 410


def test_a_new_link_makes_the_old_one_dead_and_counts_anew(invited, signed_in, admin, mails, client, time_machine):
    old = invited()
    time_machine.move_to(timezone.now() + timedelta(hours=80))
    invitation = Invitation.objects.get()
    signed_in(admin).post(reverse("resend-invitation", args=[invitation.pk]))
    new = link_in(mails()[-1])
    assert "newest mail" in dead(client, old)
    assert choose(client, new).url == reverse("now")


def test_a_withdrawn_link_says_so(invited, signed_in, admin, client):
    link = invited()
    signed_in(admin).post(reverse("withdraw-invitation", args=[Invitation.objects.get().pk]))
    assert "withdrawn" in dead(client, link)
    assert "Lee Park" not in signed_in(admin).get(reverse("people")).content.decode()


def test_what_was_withdrawn_before_it_left_is_not_sent(admin, team, mails):
    who = {"email": LEE, "name": "Lee", "roles": ["therapist"], "team": team, "language": "en-gb"}
    invitations.withdraw(invitations.invite(**who, by=admin), by=admin)
    assert mails() == []


def test_what_was_answered_can_be_neither_sent_again_nor_withdrawn(invited, signed_in, admin, client):
    choose(client, invited())
    for deed in ("resend-invitation", "withdraw-invitation"):
        page = signed_in(admin).post(reverse(deed, args=[Invitation.objects.get().pk]), follow=True)
        assert "answered or withdrawn" in page.content.decode()


def test_somebody_who_came_in_another_way_is_told_so(invited, client, hire):
    link = invited()
    hire("Lee", Role.THERAPIST)
    User.objects.filter(name="Lee").update(email=LEE)
    assert "already here" in dead(client, link)


@pytest.mark.parametrize("change", [{"is_active": False}, {"roles": ["supervisor"]}])
def test_what_an_admin_handed_out_is_dead_when_they_are_none_any_more(invited, client, admin, change):
    link = invited()
    User.objects.filter(pk=admin.pk).update(**change)
    assert "withdrawn" in dead(client, link)


def test_an_admin_who_tries_the_link_is_signed_out_of_their_own_account(invited, signed_in, admin):
    browser = signed_in(admin)
    choose(browser, invited())
    assert "Lee Park" in browser.get(reverse("me")).content.decode()


def test_somebody_who_is_here_cannot_be_asked_in(signed_in, admin, therapist):
    facts = {"email": therapist.email.upper(), "name": "Ana", "roles": ["admin"], "team": admin.team_id}
    answer = signed_in(admin).post(reverse("invite"), facts)
    assert answer.status_code == 422
    assert "already here" in answer.content.decode()


def test_nobody_is_asked_in_twice(invited, signed_in, admin):
    invited()
    facts = {"email": LEE.title(), "name": "Lee", "roles": ["admin"], "team": admin.team_id}
    answer = signed_in(admin).post(reverse("invite"), facts)
    assert answer.status_code == 422
    assert "asked already" in answer.content.decode()


def test_the_database_keeps_one_unanswered_invitation_for_an_address(invited):
    invited()
    made = Invitation.objects.get()
    made.pk, made.token_hash, made.email = None, None, LEE.upper()
    with pytest.raises(IntegrityError, match="one_unanswered_invitation_per_address"), transaction.atomic():
        made.save()


@pytest.mark.parametrize("missing", ["email", "name", "roles", "team"])
def test_what_is_missing_is_said_beside_it_and_what_was_typed_stays(signed_in, admin, missing):
    facts = {"email": LEE, "name": "Lee Park", "roles": ["therapist"], "team": admin.team_id}
    answer = signed_in(admin).post(reverse("invite"), {**facts, missing: ""})
    assert answer.status_code == 422
    assert (LEE if missing != "email" else "Lee Park") in answer.content.decode()


def test_the_admin_is_asked_who_they_are_first_and_nothing_typed_is_lost(signed_in, admin, asked_each_time, mails):
    browser = signed_in(admin)
    facts = {"email": LEE, "name": "Lee Park", "roles": ["therapist"], "team": admin.team_id}
    again = browser.post(reverse("invite"), facts)
    assert again.url.startswith(reverse("account_reauthenticate"))
    assert not Invitation.objects.exists()
    assert browser.post(again.url, {"password": PASSWORD, "next": reverse("invite")}).url == reverse("people")
    assert mails()[0].to == [LEE]


def test_the_page_of_people_says_what_became_of_the_mail(invited, signed_in, admin, monkeypatch):
    browser = signed_in(admin)
    invited()
    assert "Mail sent" in browser.get(reverse("people")).content.decode()
    StaffMail.objects.update(sent_at=None)
    assert "Mail on its way" in browser.get(reverse("people")).content.decode()
    StaffMail.objects.update(tries=8)
    assert "could not be sent" in browser.get(reverse("people")).content.decode()


def test_the_mail_is_in_the_language_the_admin_works_in(signed_in, admin, mails):
    browser = signed_in(admin)
    browser.post(reverse("me"), {"language": "es"})
    browser.post(reverse("invite"), {"email": LEE, "name": "Lee", "roles": ["admin"], "team": admin.team_id})
    assert Invitation.objects.get().language == "es"
    assert len(mails()) == 1


def test_the_command_line_asks_in_as_well(db, team, mails):
    words = io.StringIO()
    where = ["--site", team.site.name, "--team", team.name]
    call_command("invite", "--email", LEE, "--name", "Lee", "--role", "admin", *where, stdout=words)
    assert "72 hours" in words.getvalue()
    assert AuditEntry.objects.get(action="invited").system_actor == "command line"
    token = link_in(mails()[0]).rstrip("/").rsplit("/", 1)[1]
    assert token not in words.getvalue()
    with pytest.raises(CommandError, match="asked already"):
        call_command("invite", "--email", LEE, "--name", "Lee", "--role", "admin", *where)
    with pytest.raises(CommandError, match="no role “boss”"):
        call_command("invite", "--email", "b@clinic.example", "--name", "B", "--role", "boss", *where)
    with pytest.raises(CommandError, match="no team"):
        call_command("invite", "--email", "b@clinic.example", "--name", "B", "--role", "admin", "--site=X", "--team=Y")


def test_two_who_open_one_link_at_once_are_one_person(transactional_db, invited, monkeypatch):
    opened = invitations.fingerprint(invited().rstrip("/").rsplit("/", 1)[1])
    meet_after(monkeypatch, invitations, "find")
    answers = both(lambda: outcome(opened, NEW_PASSWORD), lambda: outcome(opened, "four other words here"))
    assert sorted(map(str, answers)) == ["in", "used"]
    assert User.objects.filter(email=LEE).count() == 1


def outcome(opened, password):
    try:
        invitations.accept(opened, password=password)
    except invitations.LinkIsDead as dead:
        return dead.reason
    return "in"
