"""164.312(a)(1), access control: only people and programs that were granted access reach what is protected."""

from django.urls import reverse


def test_the_record_opens_for_its_people_and_for_nobody_else(
    signed_in, client, departure, therapist, supervisor, stranger, admin, privacy_officer
):
    departure.client.reference = "Quokka-17"
    departure.client.save()
    page = reverse("departure", args=[departure.pk])
    for person, status in (
        (therapist, 200),
        (supervisor, 200),
        (stranger, 404),
        (admin, 403),
        (privacy_officer, 403),
    ):
        answer = signed_in(person).get(page)
        assert answer.status_code == status, person.name
        assert ("Quokka-17" in answer.content.decode()) == (status == 200), person.name
    assert client.get(page).url.startswith(reverse("account_login"))
