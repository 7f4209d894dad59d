"""How long each table and field is kept was decided by somebody; how long a record is, by the site's own rule."""

import io
import json

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEntry
from followups.keeping import declared, reach, rules
from followups.models import RetentionRule
from sessions_app import departures, intakes
from sessions_app.models import AgeBand, IntakeRow
from tests.followups.keeping import A_DAY, adopt_apa, kept_until, lead_of, session_of, why_kept, years_ago
from tests.refusals import is_refused


@pytest.fixture
def officer(privacy_officer):
    return privacy_officer


# Every table and field was decided on -------------------------------------------------------------------------------


def kept_models():
    """Every table there is, whoever brought it; history follows the row it is a version of, links what they hang on."""
    return [each for each in apps.get_models() if not (reach.is_history(each) or each._meta.proxy)]


def undeclared(models, said):
    """Lines to decide on and to add to declared.json: a table without a class, or a field that nobody looked at."""
    for model in models:
        fields = {field.name for field in model._meta.local_concrete_fields}
        known = said.get(model._meta.label, ("", frozenset()))
        if known[0] not in declared.CLASSES or fields != known[1]:
            yield f'"{model._meta.label}": "{known[0] or "?"} {" ".join(sorted(fields))}"'


def test_each_table_and_each_of_its_fields_has_a_class():
    assert list(undeclared(kept_models(), declared.tables())) == []
    assert set(declared.tables()) <= {each._meta.label for each in apps.get_models()}, "and none that is gone"


def test_a_table_or_a_field_that_nobody_decided_on_is_found():
    said = dict(declared.tables())
    client, (name, fields) = apps.get_model("sessions_app.Client"), said["sessions_app.Client"]
    assert list(undeclared([client], said)) == []
    assert len(list(undeclared([client], {}))) == 1
    assert len(list(undeclared([client], {"sessions_app.Client": (name, fields - {"preferred_name"})}))) == 1
    assert len(list(undeclared([client], {"sessions_app.Client": ("no such class", fields)}))) == 1


def test_what_ends_with_a_record_is_what_a_disposal_reaches():
    """Both ways: nothing of a record is left behind, and nothing goes that is said to stay."""
    reached = {each.model._meta.label for each in reach.tables() if not reach.is_history(each.model)}
    reached = {label for label in reached if not apps.get_model(label)._meta.auto_created}
    ends = {label for label, (name, _fields) in declared.tables().items() if declared.CLASSES[name].with_record}
    not_alone = {"sessions_app.Intake"}  # of a therapist and not of a client; its rows go
    exercises = {"sessions_app.Exercise"}  # hangs on a made-up session, and made-up people are never disposed of
    assert ends - not_alone == reached - exercises


def test_every_history_goes_with_what_it_is_a_version_of():
    histories = {each for each in apps.get_models() if reach.is_history(each)}
    reached = {each.model for each in reach.tables()}
    assert {each for each in histories if reach.tracked_by(each) in reached} == {
        e for e in reached if reach.is_history(e)
    }


# The rules of countries ---------------------------------------------------------------------------------------------


def test_each_rule_says_whose_it_is_since_when_and_where_it_stands():
    found = [rule for country in rules.known_countries() for rule in rules.of_country(country)]
    assert {rule.country for rule in found} >= {"US", "GB", "ES"}
    assert all(rule.whose and rule.since and rule.source and rule.applies for rule in found)
    assert all("chart" in rule.classes for rule in found)
    assert len({rule.key for rule in found}) == len(found)


def test_a_country_is_not_a_way_into_other_folders():
    assert rules.of_country("../US") == rules.of_country("XX") == ()


def test_nothing_is_due_before_a_site_has_adopted_a_rule(client_0417, session):
    years_ago(200)
    assert why_kept(client_0417) == "no_rule"


def test_an_adult_is_kept_seven_years_after_the_last_service(client_0417, session, officer, site):
    adopt_apa(site, by=officer)
    years_ago(7)
    until, last = kept_until(client_0417)
    assert until == last.replace(year=last.year + 7)
    assert why_kept(client_0417) == "not_due", "the day itself is still within"
    years_ago(0.01)
    assert why_kept(client_0417) == ""


@pytest.mark.parametrize(("band", "years"), [(AgeBand.UNDER_13, 18 + 3), (AgeBand.TEEN, 5 + 3), (AgeBand.ADULT, 7)])
def test_who_was_under_age_is_kept_until_they_are_surely_three_years_over_it(
    client_0417, session, officer, site, band, years
):
    """Only an age band is known, so the latest day on which they can come of age counts."""
    client_0417.age_band = band
    client_0417.save()
    adopt_apa(site, by=officer)
    until, last = kept_until(client_0417)
    assert until.year - last.year == years


def test_any_later_service_counts_from_then(client_0417, session, officer, site):
    adopt_apa(site, by=officer)
    years_ago(9)
    session_of(client_0417, started=timezone.now() - A_DAY)
    assert why_kept(client_0417) == "not_due"


def test_each_site_they_were_at_has_its_say(client_0417, session, officer, site, therapist):
    """Somebody who was seen elsewhere too is kept until both sites' rules have run out."""
    adopt_apa(site, by=officer)
    site.pk, site.name = None, "Hillside"
    site.save()
    made = session_of(client_0417, started=timezone.now())
    made.site = site
    made.save()
    years_ago(9)
    assert why_kept(client_0417) == "no_rule"
    adopt_apa(site, by=officer, years_after_last=10)
    assert why_kept(client_0417) == "not_due"
    years_ago(2)
    assert why_kept(client_0417) == ""


def test_a_longer_rule_for_the_quality_review_keeps_the_whole_record(client_0417, session, officer, site):
    adopt_apa(site, by=officer)
    adopt_apa(site, by=officer, record_class="quality", years_after_last=12)
    years_ago(9)
    assert why_kept(client_0417) == "not_due"


def test_what_is_still_open_is_kept_however_old(departure, client_0417, officer, site):
    adopt_apa(site, by=officer)
    years_ago(30)
    assert why_kept(client_0417) == "open"


# A site adopts a rule -----------------------------------------------------------------------------------------------


def test_a_site_may_keep_longer_and_never_shorter(officer, site):
    with pytest.raises(rules.ShorterThanTheCountry):
        adopt_apa(site, by=officer, years_after_last=6)
    made = adopt_apa(site, by=officer, years_after_last=10)
    assert rules.in_force(site)["chart"] == made
    assert AuditEntry.objects.get(action="retention_adopted").facts["years"] == 10


def test_the_database_refuses_a_shorter_one_and_any_change(officer, site):
    made = adopt_apa(site, by=officer)
    facts = {name: getattr(made, name) for name in ("site", "record_class", "country_rule", "source", "adopted_by")}
    least = {"least_after_last": 7, "least_after_majority": 3}
    with pytest.raises(IntegrityError), transaction.atomic():
        RetentionRule.objects.create(**facts, **least, years_after_last=5, years_after_majority=3)
    assert is_refused("UPDATE followups_retentionrule SET years_after_last = 1 WHERE id = %s", made.pk)
    assert is_refused("DELETE FROM followups_retentionrule WHERE id = %s", made.pk)


def test_only_a_privacy_officer_or_a_clinical_lead_adopts(officer, adopted, site, therapist, admin, supervisor):
    for person in (therapist, admin, supervisor):
        with pytest.raises(rules.NotForThem):
            adopt_apa(site, by=person)
    adopt_apa(site, by=officer)
    adopt_apa(site, by=lead_of(adopted))


def test_a_rule_of_another_country_is_refused(officer, site):
    with pytest.raises(rules.NotARuleOfThisCountry):
        rules.adopt(site, key="gb_private_practice", years_after_last=7, years_after_majority=7, by=officer)


def test_the_page_offers_the_countrys_rule_and_keeps_what_was_typed(signed_in, officer, site):
    browser, address = signed_in(officer), reverse("adopt-rule", args=[site.pk])
    assert "Record Keeping Guidelines" in browser.get(address).content.decode()
    said = {"key": "us_apa", "record_class": "chart", "years_after_last": 3, "years_after_majority": 44}
    refused = browser.post(address, said)
    assert refused.status_code == 422
    assert "The rule asks for 7 or more" in refused.content.decode()
    assert 'value="44"' in refused.content.decode()
    assert browser.post(address, said | {"years_after_last": 8}).status_code == 302
    page = browser.get(reverse("keeping")).content.decode()
    assert "8 years after the last service" in page
    assert "apaservices" in page


def test_nobody_else_opens_these_pages(signed_in, therapist, supervisor, admin, site):
    for person in (therapist, supervisor, admin):
        for name in ("keeping", "holds", "disposals"):
            assert signed_in(person).get(reverse(name)).status_code == 403


# What ends by itself ------------------------------------------------------------------------------------------------


def test_the_rows_of_a_list_go_a_month_after_it_was_taken_over(therapist):
    made = intakes.begin(b"Reference\n0500\n", by=therapist)
    intakes.take_over(made, by=therapist)
    made.refresh_from_db()
    made.taken_at = timezone.now() - 29 * A_DAY
    made.save()
    intakes.forget()
    assert IntakeRow.objects.count() == 1
    made.taken_at = timezone.now() - 31 * A_DAY
    made.save()
    intakes.forget()
    assert IntakeRow.objects.count() == 0


def test_the_dry_run_counts_by_rule_and_says_no_word(client_0417, session, officer, site, departure):
    adopt_apa(site, by=officer)
    departures.void(departure, reason="mistake", by=departure.therapist)
    said = io.StringIO()
    call_command("dispose", stdout=said)
    assert "0 records are due" in said.getvalue()
    assert "1 are kept: Kept until later" in said.getvalue()
    years_ago(8)
    said = io.StringIO()
    call_command("dispose", stdout=said)
    assert "1 records are due. Nothing was removed." in said.getvalue()
    assert "1 under us_apa (chart)" in said.getvalue()
    assert "0417" not in said.getvalue()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM sessions_app_client")
        assert cursor.fetchone() == (1,)


def test_declared_json_is_one_line_a_table():
    assert len(declared.FILE.read_text().splitlines()) == len(json.loads(declared.FILE.read_text())) + 2
