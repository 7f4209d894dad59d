"""A mail service over HTTPS tells its outcomes apart as a mail server does; and a batch of mails shares one talk."""

from http import HTTPStatus

import pytest
from anymail.exceptions import (
    AnymailAPIError,
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
    AnymailRequestsAPIError,
)
from django.core.mail.backends.base import BaseEmailBackend

from followups import deliveries, reminders
from followups.models import Delivery, DeliveryEnd

State, Result = Delivery.State, DeliveryEnd.Result
Service = f"{__name__}.Broken"


class Broken(BaseEmailBackend):
    """Stands in for a service of anymail: raises what its library raises."""

    error = None

    def send_messages(self, email_messages):
        raise type(self).error


class Answer:
    """What anymail keeps of an HTTP response."""

    def __init__(self, status):
        self.status_code, self.reason, self.text, self.content, self.headers = status, "", "", b"", {}


def api_error(status):
    return AnymailRequestsAPIError("said no", response=Answer(status))


@pytest.fixture
def tried(one_due, settings, monkeypatch):
    """What became of one mail when the service raised `error`: the result, and the row."""

    def given(error):
        settings.EMAIL_BACKEND = Service
        monkeypatch.setattr(Broken, "error", error)
        reminders.sweep(clock_name="test")
        assert deliveries.drain() == 0
        return DeliveryEnd.objects.get().result, Delivery.objects.get(kind=Delivery.Kind.REMINDER)

    return given


@pytest.mark.parametrize(
    "status", [HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.UNAUTHORIZED]
)
def test_a_service_that_is_busy_or_wants_another_key_is_asked_again(tried, status):
    result, delivery = tried(api_error(status))
    assert (result, delivery.state, delivery.may_be_repeat) == (Result.TEMPORARY, State.PENDING, False)


@pytest.mark.parametrize(
    "error",
    [api_error(400), api_error(422), AnymailInvalidAddress("no address"), AnymailRecipientsRefused("no such mailbox")],
)
def test_what_a_service_or_its_library_refuses_is_refused_for_good(tried, error):
    result, delivery = tried(error)
    assert (result, delivery.state) == (Result.PERMANENT, State.FAILED)


@pytest.mark.parametrize("error", [api_error(500), api_error(504), AnymailAPIError("no answer at all")])
def test_a_service_that_stumbles_may_have_taken_it(tried, error):
    result, delivery = tried(error)
    assert (result, delivery.state, delivery.may_be_repeat) == (Result.AMBIGUOUS, State.PENDING, True)


def test_words_of_the_service_are_not_kept(tried):
    """They could repeat the address, or what was sent."""
    _result, delivery = tried(api_error(400))
    assert delivery.last_problem == "The mail service answered 400"


def test_a_batch_of_twenty_shares_one_connection(one_due, mail_server):
    for number in range(deliveries.BATCH):
        Delivery.objects.create(
            key=f"one of many:{number}",
            reminder=one_due,
            recipient=one_due.recipient,
            channel="email",
            lane=one_due.lane,
            next_at=one_due.due_at,
        )
    everything = deliveries.BATCH + 1  # and the one that is swept between two batches
    assert deliveries.drain() == everything
    assert (len(mail_server.accepted), mail_server.connections) == (everything, 1)
