"""Who may what is an admin's to say, but never about themselves; and it holds at once."""

import pytest
from django.urls import reverse

from accounts import roles
from accounts.models import AuditEntry, Role, User
from tests.conftest import PASSWORD
from tests.followups.races import both, meet_after


@pytest.fixture
def second_admin(hire):
    return hire("Joy Adeyemi", Role.ADMIN)


def change(browser, person, *given, is_active=True):
    facts = {"roles": given, **({"is_active": "on"} if is_active else {})}
    return browser.post(reverse("person", args=[person.pk]), facts)


def test_an_admin_gives_and_takes_roles_and_the_trail_says_so(signed_in, admin, therapist):
    assert change(signed_in(admin), therapist, "therapist", "supervisor").url == reverse("people")
    therapist.refresh_from_db()
    assert therapist.roles == ["therapist", "supervisor"]
    entry = AuditEntry.objects.get(action="roles_changed")
    assert (entry.by, entry.subject_id) == (admin, str(therapist.pk))
    assert entry.facts == {"roles": ["therapist", "supervisor"], "before": ["therapist"], "is_active": True}


def test_a_change_holds_from_the_next_request_and_ends_every_session(signed_in, admin, therapist, departure, mails):
    phone, laptop = signed_in(therapist), signed_in(therapist)
    page = reverse("departure", args=[departure.pk])
    assert phone.get(page).status_code == 200
    change(signed_in(admin), therapist, "supervisor")
    assert phone.get(page).status_code == 302
    assert laptop.get(page).status_code == 302
    therapist.refresh_from_db()
    assert signed_in(therapist).get(reverse("start-departure")).status_code == 403
    (mail,) = mails()
    assert mail.to == [therapist.email]
    assert "changed" in mail.subject


def test_who_does_not_work_here_any_more_is_out_at_once_and_stays_out(signed_in, client, admin, therapist):
    phone = signed_in(therapist)
    change(signed_in(admin), therapist, "therapist", is_active=False)
    assert phone.get(reverse("me")).status_code == 302
    answer = client.post(reverse("account_login"), {"login": therapist.email, "password": PASSWORD}, follow=True)
    assert "not active any more" in answer.content.decode()
    change(signed_in(admin), therapist, "therapist")
    assert phone.get(reverse("me")).status_code == 302, "what they carried stays outdated when they come back"


def test_saying_it_again_changes_nothing(signed_in, admin, therapist):
    phone = signed_in(therapist)
    change(signed_in(admin), therapist, "therapist")
    assert phone.get(reverse("me")).status_code == 200
    assert not AuditEntry.objects.filter(action="roles_changed").exists()


def test_nobody_changes_their_own_roles(signed_in, admin, second_admin):
    """Above all: an admin does not give themselves access to a record."""
    answer = change(signed_in(admin), admin, "admin", "therapist")
    assert answer.status_code == 422
    assert "own roles" in answer.content.decode()
    admin.refresh_from_db()
    assert admin.roles == [Role.ADMIN]
    page = signed_in(admin).get(reverse("person", args=[admin.pk])).content.decode()
    assert 'name="roles"' not in page


def test_the_last_admin_stays(admin):
    for facts in ({"roles": ["therapist"], "is_active": True}, {"roles": ["admin"], "is_active": False}):
        with pytest.raises(roles.NotChanged, match="last admin"):
            roles.change(admin, **facts, by="command line")
    admin.refresh_from_db()
    assert (admin.roles, admin.is_active) == ([Role.ADMIN], True)


def test_an_admin_who_is_none_any_more_changes_nothing(admin, second_admin, therapist):
    User.objects.filter(pk=admin.pk).update(roles=["therapist"])
    with pytest.raises(roles.NotChanged, match="not an admin any more"):
        roles.change(therapist, roles=["admin"], is_active=True, by=admin)


def test_two_admins_who_remove_each_other_at_once_leave_one(transactional_db, admin, second_admin, monkeypatch):
    meet_after(monkeypatch, roles, "held_admins")

    def remove(person, by):
        try:
            roles.change(person, roles=["therapist"], is_active=True, by=by)
        except roles.NotChanged:
            return "refused"
        return "removed"

    answers = both(lambda: remove(second_admin, admin), lambda: remove(admin, second_admin))
    assert sorted(answers) == ["refused", "removed"]
    assert User.objects.filter(roles__contains=[Role.ADMIN]).count() == 1


def test_a_person_keeps_at_least_one_role(signed_in, admin, therapist):
    answer = change(signed_in(admin), therapist)
    assert answer.status_code == 422
    assert "required" in answer.content.decode()


def test_a_role_that_is_none_is_refused(signed_in, admin, therapist):
    assert change(signed_in(admin), therapist, "owner").status_code == 422


def test_the_admin_is_asked_who_they_are_first(signed_in, admin, therapist, asked_each_time):
    browser, page = signed_in(admin), reverse("person", args=[therapist.pk])
    again = change(browser, therapist, "supervisor")
    assert again.url.startswith(reverse("account_reauthenticate"))
    browser.post(again.url, {"password": "a wrong password", "next": page})
    therapist.refresh_from_db()
    assert therapist.roles == ["therapist"]
    browser.post(again.url, {"password": PASSWORD, "next": page})
    therapist.refresh_from_db()
    assert therapist.roles == ["supervisor"]
    assert AuditEntry.objects.filter(action="person_checked_again", by=admin, subject_id=str(therapist.pk)).exists()


def test_pages_of_people_show_nothing_clinical(signed_in, admin, therapist, departure, client_0417):
    browser = signed_in(admin)
    for page in (reverse("people"), reverse("person", args=[therapist.pk]), reverse("invite")):
        text = browser.get(page).content.decode()
        assert client_0417.reference not in text
        assert client_0417.preferred_name not in text


def test_open_work_is_handed_over_first_and_in_an_emergency_it_does_not_keep_anybody(
    signed_in, admin, therapist, departure
):
    answer = change(signed_in(admin), therapist, "therapist", is_active=False)
    assert answer.status_code == 422
    assert "Say when they leave" in answer.content.decode()
    assert reverse("leaves", args=[therapist.pk]) in answer.content.decode()
    signed_in(admin).post(reverse("close-account", args=[therapist.pk]), {"at_once": "yes"})
    therapist.refresh_from_db()
    assert not therapist.is_active
