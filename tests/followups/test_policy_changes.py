"""A policy is compared, goes out as a file and comes back the same, is sent, and is adopted for a time or withdrawn."""

import json
import time
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Role
from followups import clock, deliveries, policies, policy_adoption, policy_content, policy_files
from followups.models import Delivery, FollowUpPolicy
from protocols import drafts, editions, publishing
from protocols.readable import Unreadable
from tests.followups.races import both, meet_after
from tests.refusals import is_refused

pytestmark = pytest.mark.django_db
LATER = timedelta(days=2)
POLICIES = "followups_followuppolicy"


@pytest.fixture
def lead(adopted, hire):
    return hire("Lea Lead", Role.SUPERVISOR, is_clinical_lead=True)


@pytest.fixture
def draft(adopted, admin):
    made = policies.draft(by=admin)
    policies.change(made.tasks.filter(response_level="elevated").first(), title="Ring the bell", by=admin)
    return made


def sent(draft, by):
    return policy_adoption.send(draft, by=by)


def told(event):
    rows = Delivery.objects.filter(kind="draft", key__startswith=f"draft:{event}:")
    return set(rows.values_list("recipient__name", flat=True))


def raw(content):
    return policy_files.write(content).encode()


def bring(browser, data):
    return browser.post(reverse("import-policy"), {"file": SimpleUploadedFile("policy.json", data)})


def wait_for(moment):
    """Until the database's time is past it."""
    while clock.now() <= moment:
        time.sleep(0.05)


def test_what_goes_out_as_a_file_comes_back_the_same(draft, admin, signed_in):
    browser = signed_in(admin)
    file = browser.get(reverse("policy-file", args=[draft.number])).content
    looked = bring(browser, file)
    assert looked.status_code == 200, looked.context.get("problems")
    assert FollowUpPolicy.objects.latest("number") == draft
    assert "Ring the bell" in looked.content.decode()
    browser.post(reverse("import-policy"), {"words": looked.context["words"]["words"].value()})
    made = FollowUpPolicy.objects.latest("number")
    assert made != draft
    assert policy_content.of(made) == policy_content.of(draft)
    assert raw(policy_content.of(made)) == raw(policy_content.of(draft))


SPOILED = {
    "levels.elevated.tasks.1.title": lambda level: level["tasks"][0].update(title="Block the door"),
    "levels.elevated.tasks.1.after_minutes": lambda level: level["tasks"][0].update(after_minutes="soon"),
    "levels.elevated.tasks.1.owner": lambda level: level["tasks"][0].update(owner="janitor"),
    "levels.elevated.tasks.1.source": lambda level: level["tasks"][0].update(source=" "),
    "levels.elevated.tasks.1.colour": lambda level: level["tasks"][0].update(colour="red"),
    "levels.elevated.ladder": lambda level: level.update(ladder=[]),
    "levels.elevated.ladder.1.after_minutes": lambda level: level["ladder"][0].update(
        after_minutes=0, after_working_days=0
    ),
    "levels.elevated.ladder.1.step": lambda level: level["ladder"][0].update(step=0),
}


@pytest.mark.parametrize("place", SPOILED)
def test_a_mistake_is_named_beside_its_place_and_nothing_is_made(draft, admin, signed_in, place):
    content = policy_content.of(draft)
    SPOILED[place](content["levels"]["elevated"])
    answer = bring(signed_in(admin), raw(content))
    assert answer.status_code == 422
    assert place in [where for where, _words in answer.context["problems"]]
    assert FollowUpPolicy.objects.latest("number") == draft


@pytest.mark.parametrize("found", [[], 7, None, {}, {"format": "doorway-follow-up-policy", "format_version": 1}])
def test_what_is_no_policy_is_refused(db, found):
    with pytest.raises(Unreadable):
        policy_files.read(json.loads(json.dumps(found)))


def test_two_versions_stand_side_by_side(draft, lead, signed_in):
    page = signed_in(lead).get(reverse("compare-policies", args=[draft.number]))
    assert [about[0] for about, _rows in page.context["differences"]] == ["elevated"]
    rows = page.context["differences"][0][1]
    assert [row.change for row in rows] == ["changed"]
    assert "Ring the bell" in rows[0].right


def test_adopted_for_a_time_it_holds_from_then_on_and_not_before(draft, admin, lead, signed_in):
    before, day = policies.in_force(), timezone.now().astimezone(lead.zone) + LATER
    typed = {"when": "later", "day": f"{day:%Y-%m-%d}", "time": "09:00", "zone": str(lead.zone)}
    sent(draft, admin)
    signed_in(lead).post(reverse("schedule-policy", args=[draft.number]), typed)
    draft.refresh_from_db()
    assert (draft.adopted_by, f"{draft.takes_effect_at.astimezone(lead.zone):%H:%M}") == (lead, "09:00")
    assert policies.in_force() == before
    assert "Takes effect later" in signed_in(admin).get(reverse("policies")).content.decode()
    policy_adoption.withdraw(draft, by=lead)
    soon = clock.now() + timedelta(milliseconds=300)
    policy_adoption.adopt(draft, by=lead, at=soon)
    assert policies.in_force() == before
    wait_for(soon)
    assert policies.in_force() == draft
    with pytest.raises(policy_adoption.HasTakenEffect):
        policy_adoption.withdraw(draft, by=lead)
    assert is_refused(f"UPDATE {POLICIES} SET adopted_at = NULL, adopted_by_id = NULL WHERE id = %s", draft.pk)


def test_a_time_that_is_over_is_told_beside_its_field(draft, lead, signed_in):
    typed = {"when": "later", "day": "2020-01-01", "time": "09:00", "zone": "UTC"}
    answer = signed_in(lead).post(reverse("schedule-policy", args=[draft.number]), typed)
    assert answer.status_code == 422
    assert "time" in answer.context["form"].errors


def test_before_its_time_it_is_withdrawn_and_its_words_stay_fixed_till_then(draft, admin, lead, signed_in):
    policy_adoption.adopt(draft, by=lead, at=timezone.now() + LATER)
    with pytest.raises(policies.PolicyStands):
        policies.change(draft.tasks.first(), title="Other", by=admin)
    assert is_refused("UPDATE followups_policytask SET title = 'Other' WHERE policy_id = %s", draft.pk)
    assert is_refused(f"UPDATE {POLICIES} SET title = 'Other' WHERE id = %s", draft.pk)
    signed_in(admin).post(reverse("policy-deed", args=[draft.number, "withdraw"]))
    draft.refresh_from_db()
    assert not draft.is_adopted
    policies.change(draft.tasks.first(), title="Other", by=admin)


def test_sent_it_does_not_change_and_only_a_lead_adopts(draft, admin, lead, supervisor):
    sent(draft, admin)
    assert is_refused("UPDATE followups_policytask SET title = 'Other' WHERE policy_id = %s", draft.pk)
    with pytest.raises(policies.PolicyStands):
        policies.change(draft.tasks.first(), title="Other", by=admin)
    with pytest.raises(policy_adoption.NotAClinicalLead):
        policy_adoption.adopt(draft, by=supervisor)
    with pytest.raises(policy_adoption.NotInThatState):
        sent(draft, admin)


# Who hears of it ------------------------------------------------------------------------------------------------


def test_the_lead_hears_that_it_waits_and_the_author_that_it_was_answered(draft, admin, lead):
    sent(draft, admin)
    assert told("waits") == {"Lea Lead"}
    assert told("answered") == set()
    policy_adoption.give_back(draft, by=lead)
    assert told("answered") == {"Kim Novak"}
    sent(draft, admin)
    policy_adoption.adopt(draft, by=lead)
    assert Delivery.objects.filter(key__startswith="draft:answered:policy").count() == 2


def test_what_was_answered_before_the_message_left_is_not_sent(draft, admin, lead, mail_server):
    sent(draft, admin)
    policy_adoption.give_back(draft, by=admin)
    while deliveries.drain():
        pass
    assert Delivery.objects.get(kind="draft").state == Delivery.State.STOPPED


def test_the_message_leads_to_the_list_and_says_nothing_of_the_draft(draft, admin, lead, mail_server):
    sent(draft, admin)
    while deliveries.drain():
        pass
    mail = mail_server.accepted[0].as_string()
    assert "/follow-ups/policies/" in mail
    assert "Ring the bell" not in mail


def test_an_edition_of_the_steps_tells_the_same_people(adopted, admin, lead):
    made = publishing.send(drafts.begin(editions.in_force(), by=admin), by=admin)
    assert told("waits") == {"Lea Lead"}
    publishing.publish(made, by=lead)
    assert told("answered") == {"Kim Novak"}


# Two at once ----------------------------------------------------------------------------------------------------


def entries(action, policy):
    return AuditEntry.objects.filter(action=action, subject_id=str(policy.pk)).count()


@pytest.mark.django_db(transaction=True)
def test_sent_by_two_at_once_it_is_sent_once(draft, admin, lead, monkeypatch):
    meet_after(monkeypatch, policy_adoption, "check_levels")

    def send():
        try:
            return bool(policy_adoption.send(draft, by=admin))
        except policy_adoption.NotInThatState:
            return False

    assert sorted(both(send)) == [False, True]
    assert entries("policy_sent", draft) == 1


@pytest.mark.django_db(transaction=True)
def test_signed_by_two_at_once_it_is_signed_once(draft, lead, monkeypatch):
    meet_after(monkeypatch, policy_adoption, "check_levels")
    both(lambda: policy_adoption.adopt(draft, by=lead))
    assert entries("policy_adopted", draft) == 1


@pytest.mark.django_db(transaction=True)
def test_withdrawn_by_two_at_once_it_is_withdrawn_once(draft, lead, monkeypatch):
    policy_adoption.adopt(draft, by=lead, at=clock.now() + LATER)
    meet_after(monkeypatch, policy_adoption, "locked")

    def withdraw():
        try:
            return bool(policy_adoption.withdraw(draft, by=lead))
        except policy_adoption.NotInThatState:
            return False

    assert sorted(both(withdraw)) == [False, True]
    assert entries("policy_withdrawn", draft) == 1
