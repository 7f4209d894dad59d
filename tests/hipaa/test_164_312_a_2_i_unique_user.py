"""164.312(a)(2)(i), unique user identification, required: each person has a name of their own, and deeds lead to it."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import AuditEntry, User


def test_two_people_look_at_one_record_and_the_trail_knows_which_was_which(signed_in, departure, therapist, supervisor):
    for person in (therapist, supervisor):
        signed_in(person).get(reverse("departure", args=[departure.pk]))
    seen = AuditEntry.objects.filter(action="viewed", about__contains=[f"departure:{departure.pk}"])
    assert list(seen.order_by("pk").values_list("by", flat=True)) == [therapist.pk, supervisor.pk]


def test_one_address_is_one_person(therapist):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email=therapist.email.upper(), name="Twin", team=therapist.team)
