"""A colleague's call for help on its way: at once, without a word about a client, and not after it is over."""

import uuid

import pytest

from accounts.models import Role
from followups import deliveries, notices
from followups.models import Delivery, Heartbeat
from sessions_app import help_calls
from tests.followups.programs import Doorway, eventually

State = Delivery.State
HOURS = "7200"  # seconds between two rounds: what arrives sooner was rung for


@pytest.fixture
def call(departure, therapist, supervisor, hire):
    hire("Rita Reception", Role.ADMIN, is_site_contact=True)
    return help_calls.ask(id=uuid.uuid4(), by=therapist, departure=departure)


def test_the_mail_names_the_colleague_and_the_site_and_nothing_else(mail_server, call, client_0417, session, settings):
    client_0417.reference, session.room = "canary-reference", "canary-room"
    client_0417.save()
    session.save()
    assert deliveries.drain() == 2
    assert {mail["To"] for mail in mail_server.accepted} == {
        "sam.lindqvist@clinic.example",
        "rita.reception@clinic.example",
    }
    mail = mail_server.accepted[0]
    assert mail["Subject"] == notices.HELP_SUBJECT
    where = f"{settings.PUBLIC_URL}/help/"
    assert mail.get_content() == f"Ana Reyes at Riverside Clinic asks for help now. Say that you are coming: {where}\n"
    assert "canary" not in mail_server.raw
    assert str(call.departure_id) not in mail_server.raw


@pytest.mark.parametrize("deed", [help_calls.answer, help_calls.end])
def test_nothing_more_goes_out_once_somebody_comes_or_it_is_over(mail_server, call, supervisor, deed):
    deed(call, by=supervisor)
    assert deliveries.drain() == 0
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.STOPPED}


@pytest.mark.processes
@pytest.mark.xdist_group("processes")
def test_it_does_not_wait_for_the_next_round(transactional_db, mail_server, tmp_path, departure, therapist, supervisor):
    """The database itself rings the sweeper: no Redis, no worker, and two hours until anybody would look."""
    running = Doorway(tmp_path, mail_port=mail_server.port)
    running.env |= {"SWEEP_SECONDS": HOURS, "REDIS_URL": "redis://127.0.0.1:1/0"}
    try:
        running.start_sweeper()
        eventually(Heartbeat.objects.exists)
        help_calls.ask(id=uuid.uuid4(), by=therapist, departure=departure)
        eventually(Delivery.objects.filter(state=State.SENT).exists)
    finally:
        running.stop()
    assert [mail["To"] for mail in mail_server.accepted] == [supervisor.email]
