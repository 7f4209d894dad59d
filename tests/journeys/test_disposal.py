"""Two people end a record whose time is over: one makes the list, the other approves it, and a certificate is left."""

import pytest
from django.db import transaction
from django.urls import reverse

from followups.keeping import disposals
from followups.models import Disposal
from sessions_app.models import Client
from tests.followups.keeping import adopt_apa, lead_of, years_ago

pytestmark = pytest.mark.journey


def test_a_list_is_made_by_one_and_approved_by_another(
    open_window, privacy_officer, adopted, client_0417, session, site, size
):
    adopt_apa(site, by=privacy_officer)
    with transaction.atomic():
        years_ago(8)
    first = open_window(privacy_officer, size=size)
    first.go(reverse("disposals"))
    first.click("Make a list of what is due")
    first.sees("Waits for a clinical lead who did not make the list.")
    first.inspect()
    second = open_window(lead_of(adopted), size=size)
    second.go(reverse("disposals"))
    second.follow("List")
    second.sees("removed for good")
    second.inspect()
    second.click("Approve")
    second.sees("Still to do")
    assert disposals.work() == 1
    assert not Client.objects.exists()
    second.go(reverse("disposal", args=[Disposal.objects.get().pk]))
    second.sees("What was removed")
    assert "0417" not in second.text()
    second.inspect()
