"""164.312(a)(2)(ii), emergency access procedure, required: what an emergency needs can be had, and is accounted for."""

from datetime import timedelta

from django.urls import reverse

from accounts.models import AuditEntry, Role
from followups.models import Delivery
from sessions_app.models import EmergencyAccess


def test_a_colleague_opens_the_record_for_an_hour_and_those_who_judge_it_hear(
    hire, signed_in, departure, client_0417, supervisor, privacy_officer
):
    colleague = hire("Jo Fields", Role.THERAPIST)
    browser, page = signed_in(colleague), reverse("departure", args=[departure.pk])
    assert browser.get(page).status_code == 404

    facts = {"reason": "danger", "words": "The hospital is on the line", "team": client_0417.team_id}
    opened = browser.post(reverse("emergency"), {**facts, "reference": client_0417.reference}, follow=True)
    assert "Robin" in opened.content.decode()
    assert browser.get(page).status_code == 200

    access = EmergencyAccess.objects.get()
    assert access.ends_at - access.began_at == timedelta(minutes=60)
    told = set(Delivery.objects.filter(kind="emergency").values_list("recipient", flat=True))
    assert told == {supervisor.pk, privacy_officer.pk}
    assert AuditEntry.objects.filter(by=colleague, action="viewed").exists()
