"""What came of one try to hand a message over."""

from dataclasses import dataclass
from http import HTTPStatus

from followups.models import DeliveryEnd

Result = DeliveryEnd.Result

#: Refused now and perhaps not later: too many at once, too slow, down; and a key of ours that somebody must put right.
FOR_NOW = {
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_MANY_REQUESTS,
    HTTPStatus.SERVICE_UNAVAILABLE,
}


@dataclass
class Verdict:
    """What became of one try, in the words of whoever was to take the message; never the message itself."""

    result: str
    detail: str = ""


def of_status(status, who):
    """What an HTTP status says about the message: a server that stumbled may have taken it before."""
    if 200 <= status < 300:  # noqa: PLR2004
        return Verdict(Result.SENT)
    if status in FOR_NOW:
        return Verdict(Result.TEMPORARY, f"{who} answered {status}")
    is_known = status < 500  # noqa: PLR2004
    return Verdict(Result.PERMANENT if is_known else Result.AMBIGUOUS, f"{who} answered {status}")
