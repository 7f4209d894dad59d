"""A policy is written as a draft, adopted by a clinical lead, and stands from then on."""

import uuid
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry, Role, User
from followups import plans, policies
from followups.models import FollowUpPlan, FollowUpPolicy, PolicyOverlay, PolicyTask, Situation
from sessions_app import departures, levels
from sessions_app.models import ResponseLevel
from tests.followups.races import both, meet_after
from tests.refusals import is_refused

FACTS = {
    "title": "Ring the bell",
    "after": 2,
    "unit": "60",
    "rolls": "not",
    "owner": "therapist",
    "channel": "phone",
    "script": "",
    "source": "Our board, 12 May",
}


@pytest.fixture
def lead(adopted):
    """Still with us here, unlike in the stories of others."""
    User.objects.filter(pk=adopted.adopted_by_id).update(is_active=True)
    return User.objects.get(pk=adopted.adopted_by_id)


@pytest.fixture
def draft(adopted, admin):
    return policies.draft(by=admin)


@pytest.fixture
def unadopted(hire):
    """A practice that has not adopted anything yet: a therapist, and no policy in force."""
    return hire("Una New", Role.THERAPIST)


def of(policy):
    """What a policy says, without its ids."""
    names = ["position", "title", "after_minutes", "rolls", "owner", "channel", "script", "source"]
    tasks = sorted(policy.tasks.values_list("response_level", *names))
    return tasks, sorted(policy.overlays.values_list("situation", "effect", *names))


# Nothing is in force until it is adopted ------------------------------------------------------------------------


def leave(by, level="none_identified"):
    made = departures.log(id=uuid.uuid4(), by=by)
    return levels.set_level(made, level=level, op_id=uuid.uuid4(), by=by)


def test_what_comes_with_doorway_is_not_in_force_by_itself(db):
    assert FollowUpPolicy.objects.count() == 1
    assert policies.in_force() is None
    assert not policies.is_one_in_force()


def test_without_a_policy_a_level_is_set_and_people_decide_at_once(unadopted):
    departure = leave(unadopted)
    assert departure.response_level == "none_identified"
    [task] = departure.follow_ups.open()
    assert task.title == plans.UNDECIDED
    assert (task.owner, task.channel, task.situation) == (unadopted, "", Situation.NO_POLICY)
    assert abs(task.due_at - timezone.now()) < timedelta(minutes=1)
    assert FollowUpPlan.objects.get().policy is None


def test_without_a_policy_the_supervisor_decides_as_well(unadopted, hire):
    sam = hire("Sam Super", Role.SUPERVISOR)
    unadopted.supervisions_received.create(supervisor=sam, starts_on=timezone.localdate() - timedelta(days=1))
    tasks = leave(unadopted).follow_ups.open().order_by("position")
    assert [(each.owner, each.title) for each in tasks] == [
        (unadopted, plans.UNDECIDED),
        (sam, plans.UNDECIDED_FOR_SUPERVISOR),
    ]


def test_every_page_says_so_until_one_is_adopted(unadopted, admin, signed_in, hire):
    words = "No follow-up policy is in force"
    departure = leave(unadopted)
    for person, address in (
        (unadopted, reverse("now")),
        (unadopted, reverse("plan", args=[departure.pk])),
        (unadopted, reverse("what-when", args=[departure.pk])),
        (admin, reverse("policies")),
    ):
        assert words in signed_in(person).get(address).content.decode()
    lead = hire("Lea Lead", Role.SUPERVISOR, is_clinical_lead=True)
    policies.adopt(FollowUpPolicy.objects.get(), by=lead)
    assert words not in signed_in(unadopted).get(reverse("now")).content.decode()


def test_a_plan_of_before_the_policy_stays_what_it_is(unadopted, hire):
    departure = leave(unadopted)
    lead = hire("Lea Lead", Role.SUPERVISOR, is_clinical_lead=True)
    policies.adopt(FollowUpPolicy.objects.get(), by=lead)
    departures.change_setting(departure, format="video", composition="family", age_band="13_17", by=unadopted)
    assert [each.title for each in departure.follow_ups.open()] == [plans.UNDECIDED]
    levels.set_level(departure, level="elevated", op_id=uuid.uuid4(), by=unadopted)
    assert departure.follow_ups.open().filter(title="Call today").exists()


# Adopting -------------------------------------------------------------------------------------------------------


def test_the_lead_adopts_by_name_and_time(draft, lead, signed_in):
    signed_in(lead).post(reverse("adopt-policy", args=[draft.number]))
    draft.refresh_from_db()
    assert draft.adopted_by == lead
    assert abs(draft.adopted_at - timezone.now()) < timedelta(minutes=1)
    assert AuditEntry.objects.filter(action="policy_adopted", subject_id=draft.pk, by=lead).exists()
    assert policies.in_force() == draft


@pytest.mark.parametrize("who", ["therapist", "supervisor", "admin"])
def test_nobody_else_adopts(draft, who, request, signed_in):
    person = request.getfixturevalue(who)
    assert signed_in(person).post(reverse("adopt-policy", args=[draft.number])).status_code == 403
    draft.refresh_from_db()
    assert not draft.is_adopted


def test_a_policy_that_would_forget_a_level_is_not_adopted(draft, admin, lead, signed_in):
    for task in draft.tasks.filter(response_level=ResponseLevel.SOME_CONCERN):
        policies.remove(task, by=admin)
    page = signed_in(lead).post(reverse("adopt-policy", args=[draft.number]), follow=True).content.decode()
    assert "Not adopted: no task at Some concern" in page
    assert policies.in_force().number == 1


def test_adopting_twice_keeps_the_first_name(adopted, hire):
    first = (adopted.adopted_by, adopted.adopted_at)
    again = policies.adopt(adopted, by=hire("Other Lead", Role.SUPERVISOR, is_clinical_lead=True))
    assert (again.adopted_by, again.adopted_at) == first


def test_somebody_is_made_a_clinical_lead_when_they_are_added(site):
    about = {"email": "lea@clinic.example", "name": "Lea", "role": ["supervisor"], "site": site.name}
    call_command("create_person", **about, clinical_lead=True)
    assert User.objects.get(email="lea@clinic.example").is_clinical_lead


# What was adopted stands ----------------------------------------------------------------------------------------


def test_the_database_refuses_to_change_what_was_adopted(adopted):
    task, overlay = adopted.tasks.first(), adopted.overlays.first()
    assert is_refused("UPDATE followups_policytask SET after_minutes = 1 WHERE id = %s", task.pk)
    assert is_refused("DELETE FROM followups_policytask WHERE id = %s", task.pk)
    assert is_refused("UPDATE followups_policyoverlay SET title = 'x' WHERE id = %s", overlay.pk)
    assert is_refused("DELETE FROM followups_policyoverlay WHERE id = %s", overlay.pk)
    assert is_refused("UPDATE followups_followuppolicy SET title = 'x' WHERE id = %s", adopted.pk)
    assert is_refused("UPDATE followups_followuppolicy SET adopted_at = NULL, adopted_by_id = NULL")


def test_no_row_of_a_draft_moves_into_a_policy_that_stands(adopted, draft):
    assert is_refused("UPDATE followups_policytask SET policy_id = %s WHERE policy_id = %s", adopted.pk, draft.pk)


def test_a_policy_that_a_plan_uses_stands_whether_adopted_or_not(draft, set_level):
    """An older Doorway planned by what nobody had adopted."""
    departure = set_level("elevated")
    departure.plans.update(policy=draft)
    assert is_refused("UPDATE followups_policytask SET after_minutes = 1 WHERE policy_id = %s", draft.pk)
    with pytest.raises(policies.PolicyStands):
        policies.change(draft.tasks.first(), title="Other", by=departure.therapist)


def test_an_edit_that_comes_after_the_adoption_is_told_and_changes_nothing(draft, admin, lead, signed_in):
    task = draft.tasks.first()
    policies.adopt(draft, by=lead)
    answer = signed_in(admin).post(reverse("change-policy-row", args=["task", task.pk]), FACTS, follow=True)
    assert "does not change any more" in answer.content.decode()
    assert PolicyTask.objects.get(pk=task.pk).title == task.title


# Writing the next version ---------------------------------------------------------------------------------------


def test_the_next_version_begins_as_a_copy(adopted, draft):
    assert draft.number == 2
    assert not draft.is_adopted
    assert of(draft) == of(adopted)
    assert policies.in_force() == adopted


def test_asking_for_it_again_goes_on_with_the_one_that_was_begun(draft, admin):
    assert policies.draft(by=admin) == draft


def test_two_admins_at_once_begin_one_draft(transactional_db, adopted, admin, monkeypatch):
    meet_after(monkeypatch, policies, "in_force")  # each has seen that no draft is begun
    both(lambda: policies.draft(by=admin))
    assert FollowUpPolicy.objects.count() == 2


def test_an_admin_edits_every_part_of_a_task(draft, admin, signed_in):
    task = draft.tasks.filter(response_level="elevated").first()
    signed_in(admin).post(reverse("change-policy-row", args=["task", task.pk]), FACTS)
    task.refresh_from_db()
    assert (task.title, task.after_minutes, task.rolls) == ("Ring the bell", 120, "not")
    assert (task.script, task.source) == ("", "Our board, 12 May")
    changed = AuditEntry.objects.get(action="policy_changed")
    assert "after_minutes" not in changed.facts["fields"], "it said two hours before"
    assert "Our board" not in str(changed.facts), "the trail holds no free text"


def test_tasks_are_added_and_removed(draft, admin, signed_in):
    browser = signed_in(admin)
    browser.post(reverse("add-policy-task", args=[draft.number, "immediate"]), FACTS)
    added = draft.tasks.filter(response_level="immediate").last()
    assert (added.title, added.position) == ("Ring the bell", 7)
    browser.post(reverse("remove-policy-row", args=["task", added.pk]))
    assert not PolicyTask.objects.filter(pk=added.pk).exists()


def test_a_rule_is_edited_with_its_limits(draft, admin, signed_in):
    rule = draft.overlays.get(situation=Situation.UNREACHED)
    facts = {"title": "Try on five days", "least_days": 5, "least_channels": 3, "source": "Ours"}
    signed_in(admin).post(reverse("change-policy-row", args=["overlay", rule.pk]), facts)
    rule.refresh_from_db()
    assert (rule.least_days, rule.least_channels) == (5, 3)


STEP = {"told": "supervisor", "after": 30, "unit": "1", "repeat_minutes": 10, "source": "Our board, 12 May"}


@pytest.fixture
def step(draft):
    """The first step of the ladder of *elevated*: it tells who covers, after an hour."""
    return draft.escalations.get(response_level="elevated", told="cover")


def test_who_is_told_when_nobody_answers_is_edited_too(draft, step, admin, signed_in):
    browser, address = signed_in(admin), reverse("change-policy-row", args=["step", step.pk])
    assert 'value="1"' in browser.get(address).content.decode(), "an hour"
    answer = browser.post(address, STEP | {"told": "on_call"})
    assert answer.url == f"{reverse('policy', args=[2])}#step-{step.pk}"
    step.refresh_from_db()
    assert (step.told, step.after_minutes, step.repeat_minutes, step.source) == ("on_call", 30, 10, STEP["source"])
    browser.post(address, STEP | {"told": "on_call", "after": 2, "unit": "working_days", "repeat_minutes": ""})
    step.refresh_from_db()
    assert (step.after_minutes, step.after_working_days, step.repeat_minutes) == (0, 2, 0)


@pytest.mark.parametrize(
    "wrong",
    [{"told": "supervisor"}, {"told": "nobody"}, {"after": 0}, {"after": 40, "unit": "working_days"}, {"source": ""}],
    ids=["told in this step already", "nobody", "at once", "too long", "from nowhere"],
)
def test_a_step_that_makes_no_sense_is_told_beside_its_field(step, admin, signed_in, wrong):
    answer = signed_in(admin).post(
        reverse("change-policy-row", args=["step", step.pk]), STEP | {"told": "owner"} | wrong
    )
    assert answer.status_code == 422
    step.refresh_from_db()
    assert step.after_minutes == 60


@pytest.mark.parametrize("kind", ["task", "step", "overlay"])
def test_another_time_than_the_product_s_needs_another_source(draft, step, admin, signed_in, kind):
    """Nobody reads “NICE” beside a time that the board chose."""
    task, rule = draft.tasks.get(response_level="elevated", position=4), draft.overlays.get(situation="unreached")
    row, facts = {
        "task": (task, FACTS | {"after": 5}),
        "step": (step, STEP | {"told": "cover"}),
        "overlay": (rule, {"title": rule.title, "least_days": 5, "least_channels": 2}),
    }[kind]
    browser, address = signed_in(admin), reverse("change-policy-row", args=[kind, row.pk])
    answer = browser.post(address, facts | {"source": row.source})
    assert "That is where the old time came from." in answer.content.decode()
    assert browser.post(address, facts | {"source": "Our board, 12 May"}).status_code == 302


def test_other_words_at_the_same_time_keep_their_source(draft, admin, signed_in):
    task = draft.tasks.get(response_level="elevated", position=4)
    facts = FACTS | {"after": 2, "unit": "1440", "rolls": task.rolls, "source": task.source}
    assert signed_in(admin).post(reverse("change-policy-row", args=["task", task.pk]), facts).status_code == 302


def test_a_step_is_added_after_the_others_and_taken_out_again(draft, admin, signed_in):
    browser, before = signed_in(admin), draft.escalations.filter(response_level="elevated").count()
    facts = {"told": "clinical_lead", "after": 3, "unit": "working_days", "source": "Our board, 12 May"}
    assert browser.post(reverse("add-policy-step", args=[draft.number, "elevated"]), facts).status_code == 302
    steps = draft.escalations.filter(response_level="elevated")
    added = steps.latest("step")
    assert (steps.count(), added.told, added.after_working_days) == (before + 1, "clinical_lead", 3)
    browser.post(reverse("remove-policy-row", args=["step", added.pk]))
    assert steps.count() == before
    actions = AuditEntry.objects.filter(by=admin).values_list("action", flat=True)
    assert {"policy_step_added", "policy_row_removed"} <= set(actions)


def test_the_only_step_of_a_level_is_never_taken_out(draft, step, admin, signed_in):
    """A level whose ladder is empty would forget who does not answer."""
    draft.escalations.filter(response_level=step.response_level).exclude(pk=step.pk).delete()
    answer = signed_in(admin).post(reverse("remove-policy-row", args=["step", step.pk]), follow=True)
    assert "then nobody would be told" in answer.content.decode()
    assert draft.escalations.filter(pk=step.pk).exists()


def test_the_ladder_of_the_next_version_begins_as_a_copy(adopted, draft):
    facts = (
        "response_level",
        "step",
        "told",
        "after_minutes",
        "after_working_days",
        "repeat_minutes",
        "prompt",
        "source",
    )
    assert list(draft.escalations.values_list(*facts)) == list(adopted.escalations.values_list(*facts))
    assert draft.escalations.exists()


def test_the_ladder_of_a_policy_that_stands_never_changes(adopted):
    assert is_refused("UPDATE followups_policyescalation SET after_minutes = 999 WHERE after_minutes > 0")
    assert is_refused("DELETE FROM followups_policyescalation")


@pytest.mark.parametrize(("name", "value"), [("source", ""), ("title", ""), ("after", ""), ("after", 999_999)])
def test_what_does_not_make_sense_is_told_beside_its_field(draft, admin, signed_in, name, value):
    address = reverse("change-policy-row", args=["task", draft.tasks.first().pk])
    answer = signed_in(admin).post(address, FACTS | {name: value, "unit": "1440"})
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.content.decode()


@pytest.mark.parametrize("address", ["policies/rows/nothing/1/", "policies/1/add/panic/", "policies/99/"])
def test_what_is_not_there_is_not_found(adopted, admin, signed_in, address):
    assert signed_in(admin).get(f"/follow-ups/{address}").status_code == 404


# Reading --------------------------------------------------------------------------------------------------------


def test_every_default_says_where_it_comes_from(adopted):
    assert not PolicyTask.objects.filter(source="").exists()
    assert not PolicyOverlay.objects.filter(source="").exists()
    assert set(PolicyOverlay.objects.values_list("situation", flat=True)) == {
        each for each in Situation.values if each != Situation.NO_POLICY
    }


def test_the_page_shows_tasks_sources_and_who_adopted_it(adopted, lead, supervisor, signed_in):
    page = signed_in(supervisor).get(reverse("policy", args=[1])).content.decode()
    for words in ("NICE QS159: follow-up within 48 hours", "Product default", f"Adopted by {lead.name}", "2 hours"):
        assert words in page
    assert reverse("adopt-policy", args=[1]) not in page


def test_the_draft_names_who_can_adopt_it(draft, lead, admin, signed_in):
    browser, address = signed_in(admin), reverse("policy", args=[2])
    assert f"It can be adopted by: {lead.name}" in " ".join(browser.get(address).content.decode().split())
    User.objects.filter(pk=lead.pk).update(is_clinical_lead=False)
    assert "Nobody is clinical lead yet." in browser.get(address).content.decode()


def test_the_list_says_which_one_is_in_force(draft, lead, admin, signed_in):
    browser, address = signed_in(admin), reverse("policies")
    assert browser.get(address).context["in_force"].number == 1
    policies.adopt(draft, by=lead)
    shown = browser.get(address)
    assert shown.context["in_force"].number == 2
    assert shown.content.decode().count("In force") == 1


def test_a_lead_finds_it_on_their_own_page(lead, therapist, signed_in):
    address = f'href="{reverse("policies")}"'
    assert address in signed_in(lead).get(reverse("me")).content.decode()
    assert address not in signed_in(therapist).get(reverse("me")).content.decode()


def test_the_admin_finds_it_in_the_navigation(adopted, admin, therapist, signed_in):
    address = f'href="{reverse("policies")}"'
    assert address in signed_in(admin).get(reverse("resources")).content.decode()
    assert address not in signed_in(therapist).get(reverse("now")).content.decode()


def test_a_lead_who_is_a_therapist_reads_and_adopts_too(draft, hire, signed_in):
    browser = signed_in(hire("Solo", Role.THERAPIST, is_clinical_lead=True))
    assert reverse("adopt-policy", args=[2]) in browser.get(reverse("policy", args=[2])).content.decode()
    browser.post(reverse("adopt-policy", args=[2]))
    assert policies.in_force().number == 2


def test_why_a_promise_stands_there_is_copied_with_it(set_level, admin, lead, signed_in, therapist):
    departure = set_level("elevated")
    newer = policies.draft(by=admin)
    for row in newer.tasks.all():
        policies.change(row, source="Something else", by=admin)
    policies.adopt(newer, by=lead)
    shown = signed_in(therapist).get(reverse("plan", args=[departure.pk])).content.decode()
    assert "NICE QS159: follow-up within 48 hours" in shown
    assert "Something else" not in shown
