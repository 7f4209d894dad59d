"""Two at once in an emergency: one access, one verdict, and no try that is not counted."""

import pytest

from accounts.models import Role
from followups.models import Delivery
from sessions_app import emergency_access
from sessions_app.models import EmergencyAccess
from tests.followups.races import both, meet_after

pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture
def colleague(hire):
    return hire("Jo Fields", Role.THERAPIST)


def asked(client, *, by, reference=None):
    facts = {"team": client.team, "reason": "danger", "words": "They called"}
    return emergency_access.ask(by=by, reference=reference or client.reference, **facts)


def test_opening_the_same_record_twice_at_once_is_one_access_and_tells_once(
    client_0417, supervisor, colleague, monkeypatch
):
    first, second = asked(client_0417, by=colleague), asked(client_0417, by=colleague)
    waiting = [first, second]
    meet_after(monkeypatch, emergency_access, "refusal_of")
    opened = both(lambda: emergency_access.begin(waiting.pop(), by=colleague))
    assert opened[0] == opened[1]
    assert EmergencyAccess.objects.running().count() == 1
    assert Delivery.objects.filter(kind="emergency").count() == 1


def test_two_tries_at_once_are_both_counted(client_0417, colleague, monkeypatch):
    for _number in range(emergency_access.MOST_IN_VAIN - 1):
        asked(client_0417, by=colleague, reference="wrong")
    meet_after(monkeypatch, emergency_access, "in_vain")
    with pytest.raises(emergency_access.TooManyTries):
        both(lambda: asked(client_0417, by=colleague, reference="wrong"))
    assert EmergencyAccess.objects.count() == emergency_access.MOST_IN_VAIN


def test_two_verdicts_at_once_are_one(client_0417, supervisor, colleague, hire):
    access = emergency_access.begin(asked(client_0417, by=colleague), by=colleague)
    officer, verdicts = hire("Pia Holm", Role.PRIVACY), ["justified", "not_justified"]
    people = [officer, supervisor]
    with pytest.raises(emergency_access.NotTheirs):
        both(lambda: emergency_access.judge(access, verdict=verdicts.pop(), words="Seen", by=people.pop()))
    access.refresh_from_db()
    assert access.reviewed_by in (officer, supervisor)
