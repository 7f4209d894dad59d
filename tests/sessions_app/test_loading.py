"""Made-up years are encrypted as real ones are: a benchmark over words in clear would measure another program."""

from django.urls import reverse

from accounts import reencryption
from sessions_app.models import DepartureReport, Review
from tests.sessions_app.loading import load


def test_what_is_loaded_is_encrypted_where_it_stands_and_found_by_its_mark(db, signed_in):
    loaded = load(400, therapists=10, sites=2, waiting=20)
    assert {report.account for report in DepartureReport.objects.all()} == {"They stood up and left."}
    assert all(report.content for report in DepartureReport.objects.all())
    assert {review.message for review in Review.objects.all()} == {"Thank you."}
    assert reencryption.left() == {}
    theirs = DepartureReport.objects.filter(author__in=loaded.therapists[:8], state="submitted")
    one = theirs.exclude(departure__client=None).latest("pk")
    words = {"words": one.departure.client.reference}
    page = signed_in(loaded.supervisor).post(reverse("find-report"), words).content.decode()
    assert reverse("review", args=[one.departure_id]) in page
