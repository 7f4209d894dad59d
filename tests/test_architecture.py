"""Promises about the house itself: what is kept how long, who may read it, and that the words on paper are true."""

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

from config.celery import app

ROOT = Path(settings.BASE_DIR)
ROOMS = ["accounts", "resources", "protocols", "sessions_app", "followups"]

WRITTEN_ONCE, EDITABLE = "written once", "editable"
RECORD = "as long as the clinical record"  # set by law and policy of each place; nothing is deleted by itself
STAFF = "as long as the organisation keeps its staff records"
SHELF = "until an admin retires it; kept behind what was given"
AUTHORS = "until its author erases it; nobody else can, and nothing does by itself"
WORKING = "until it has done its work; small, and without words about anybody"

#: Every table, how it may change, and how long it is kept. A new model fails until somebody has decided both.
TABLES = {
    "accounts.AuditEntry": (WRITTEN_ONCE, RECORD),
    "accounts.AuditForm": (WRITTEN_ONCE, RECORD),
    "accounts.AuditLink": (WRITTEN_ONCE, RECORD),
    "accounts.Conversion": (EDITABLE, WORKING),
    "accounts.Invitation": (EDITABLE, STAFF),
    "accounts.MailTest": (EDITABLE, STAFF),
    "accounts.Organisation": (EDITABLE, STAFF),
    "accounts.Leaving": (EDITABLE, STAFF),
    "accounts.PolicyReport": (EDITABLE, WORKING),
    "accounts.StaffMail": (EDITABLE, WORKING),
    "accounts.Site": (EDITABLE, STAFF),
    "accounts.SiteRule": (EDITABLE, STAFF),
    "accounts.Team": (EDITABLE, STAFF),
    "accounts.User": (EDITABLE, STAFF),
    "accounts.Supervision": (EDITABLE, STAFF),
    "accounts.TeamCover": (EDITABLE, STAFF),
    "accounts.Traineeship": (EDITABLE, STAFF),
    "resources.Organisation": (EDITABLE, SHELF),
    "resources.Resource": (EDITABLE, SHELF),
    "resources.ContactPoint": (EDITABLE, SHELF),
    "resources.Evidence": (EDITABLE, SHELF),
    "resources.Verification": (WRITTEN_ONCE, SHELF),
    "resources.NumberReport": (EDITABLE, SHELF),
    "resources.Alias": (EDITABLE, SHELF),
    "resources.ExternalId": (EDITABLE, SHELF),
    "resources.Location": (EDITABLE, SHELF),
    "resources.Coverage": (EDITABLE, SHELF),
    "resources.ImportBatch": (EDITABLE, SHELF),
    "resources.ImportFile": (EDITABLE, SHELF),
    "resources.ImportRow": (EDITABLE, SHELF),
    "resources.MappingProfile": (EDITABLE, SHELF),
    "resources.Bundle": (EDITABLE, SHELF),
    "resources.BundleItem": (EDITABLE, SHELF),
    "resources.PairDecision": (EDITABLE, SHELF),
    "resources.InclusionPolicy": (WRITTEN_ONCE, SHELF),
    "resources.SearchGap": (EDITABLE, WORKING),
    "resources.SearchEntry": (EDITABLE, SHELF),  # by triggers only
    "resources.SearchWord": (EDITABLE, SHELF),
    "resources.KnownHours": (EDITABLE, SHELF),
    "resources.LinkCheck": (WRITTEN_ONCE, SHELF),
    "resources.WatchedPage": (EDITABLE, WORKING),
    "resources.CuratorTask": (EDITABLE, WORKING),
    "protocols.Adoption": (WRITTEN_ONCE, RECORD),
    "protocols.ProtocolVersion": (WRITTEN_ONCE, RECORD),
    "protocols.ProtocolStep": (WRITTEN_ONCE, RECORD),
    "protocols.EditionTranslation": (WRITTEN_ONCE, RECORD),  # once it was reviewed
    "protocols.StepTranslation": (WRITTEN_ONCE, RECORD),
    "protocols.Draft": (EDITABLE, RECORD),  # until it is published
    "protocols.Retirement": (WRITTEN_ONCE, RECORD),
    "protocols.EditionDeed": (WRITTEN_ONCE, RECORD),
    "protocols.OwnTask": (WRITTEN_ONCE, RECORD),  # once it was sent to the clinical lead
    "sessions_app.Client": (EDITABLE, RECORD),
    "sessions_app.ClientHandOver": (WRITTEN_ONCE, RECORD),
    "sessions_app.ContactPermission": (EDITABLE, RECORD),
    "sessions_app.TherapySession": (EDITABLE, RECORD),
    "sessions_app.Attendance": (EDITABLE, RECORD),  # who takes part in a session; the table is Django's own
    "sessions_app.Exercise": (EDITABLE, STAFF),
    "sessions_app.DepartureEvent": (EDITABLE, RECORD),
    "sessions_app.Intake": (EDITABLE, WORKING),
    "sessions_app.IntakeTitle": (EDITABLE, WORKING),
    "sessions_app.IntakeRow": (EDITABLE, WORKING),
    "sessions_app.HelpCall": (EDITABLE, RECORD),
    "sessions_app.EmergencyAccess": (EDITABLE, RECORD),  # ended once and judged once; the rest never changes
    "sessions_app.StepResponse": (WRITTEN_ONCE, RECORD),
    "sessions_app.CapturedFact": (WRITTEN_ONCE, RECORD),
    "sessions_app.GivenResource": (WRITTEN_ONCE, RECORD),
    "sessions_app.RecallAnswer": (WRITTEN_ONCE, RECORD),
    "sessions_app.DepartureReport": (EDITABLE, RECORD),
    "sessions_app.ReportAddendum": (WRITTEN_ONCE, RECORD),
    "sessions_app.Review": (WRITTEN_ONCE, RECORD),
    "sessions_app.QualityNote": (EDITABLE, RECORD),  # until the report is signed
    "sessions_app.PrivateNote": (EDITABLE, AUTHORS),  # a wording never changes; the author may erase them all
    "sessions_app.ReviewTask": (EDITABLE, RECORD),
    "sessions_app.PlaceComment": (WRITTEN_ONCE, RECORD),
    "sessions_app.PlaceAnswer": (WRITTEN_ONCE, RECORD),
    "sessions_app.ReviewHarm": (WRITTEN_ONCE, RECORD),
    "sessions_app.SafetyEventReference": (WRITTEN_ONCE, RECORD),
    "sessions_app.PromptChoice": (WRITTEN_ONCE, STAFF),
    "sessions_app.WordList": (WRITTEN_ONCE, RECORD),  # once it was published
    "followups.FollowUpPolicy": (WRITTEN_ONCE, RECORD),  # once it was adopted
    "followups.PolicyTask": (WRITTEN_ONCE, RECORD),
    "followups.PolicyOverlay": (WRITTEN_ONCE, RECORD),
    "followups.FollowUpPlan": (EDITABLE, RECORD),
    "followups.FollowUp": (EDITABLE, RECORD),
    "followups.FollowUpChange": (WRITTEN_ONCE, RECORD),
    "followups.ContactAttempt": (WRITTEN_ONCE, RECORD),
    "followups.ContactOverride": (EDITABLE, RECORD),
    "followups.StatusDecision": (EDITABLE, RECORD),
    "followups.RelationshipStatus": (WRITTEN_ONCE, RECORD),
    "followups.LetterVersion": (WRITTEN_ONCE, RECORD),
    "followups.LetterSent": (WRITTEN_ONCE, RECORD),
    "followups.PackReading": (WRITTEN_ONCE, STAFF),
    "followups.FiledPaper": (EDITABLE, RECORD),  # until it is filed
    "followups.PaperFile": (WRITTEN_ONCE, RECORD),
    "followups.CopyRequest": (WRITTEN_ONCE, RECORD),
    "followups.CopyGiven": (WRITTEN_ONCE, RECORD),
    "followups.RetentionRule": (WRITTEN_ONCE, RECORD),
    "followups.LegalHold": (EDITABLE, RECORD),  # until it is lifted
    "followups.Disposal": (EDITABLE, RECORD),  # until it is answered
    "followups.DisposedRecord": (EDITABLE, RECORD),  # until it is settled
    "followups.ChartPackage": (EDITABLE, RECORD),  # until it is fetched
    "followups.PolicyEscalation": (EDITABLE, RECORD),
    "followups.Acknowledgement": (WRITTEN_ONCE, RECORD),
    "followups.Absence": (EDITABLE, STAFF),
    "followups.HandOver": (EDITABLE, RECORD),
    "followups.OnCallShift": (EDITABLE, STAFF),
    "followups.HelpEscalation": (EDITABLE, WORKING),
    "followups.ReviewEscalation": (EDITABLE, WORKING),
    "followups.Reminder": (EDITABLE, WORKING),
    "followups.Delivery": (EDITABLE, WORKING),
    "followups.DeliveryStart": (WRITTEN_ONCE, WORKING),
    "followups.DeliveryEnd": (WRITTEN_ONCE, WORKING),
    "followups.Heartbeat": (EDITABLE, WORKING),
    "followups.TrendMark": (EDITABLE, WORKING),
    "followups.TrendMonth": (EDITABLE, WORKING),
    "followups.TrendCount": (EDITABLE, WORKING),  # counted anew from the record at any time
    "followups.TrendRelease": (WRITTEN_ONCE, RECORD),
    "followups.TrendBlock": (WRITTEN_ONCE, RECORD),
    "followups.PushSubscription": (EDITABLE, STAFF),
    "followups.CalendarFeed": (EDITABLE, STAFF),
    "followups.NotificationPreferences": (EDITABLE, STAFF),
}
#: Editable clinical rows whose every version is kept by a trigger.
WITH_HISTORY = [
    "Resource",
    "ContactPoint",
    "Location",
    "Client",
    "ContactPermission",
    "TherapySession",
    "DepartureEvent",
    "DepartureReport",
    "QualityNote",
    "Exercise",
    "FollowUp",
    "HelpCall",
    "Absence",
    "ContactOverride",
    "StatusDecision",
]

CLINICAL = {
    "Client",
    "ClientHandOver",
    "ContactPermission",
    "TherapySession",
    "Attendance",
    "Exercise",
    "DepartureEvent",
    "StepResponse",
    "CapturedFact",
    "GivenResource",
    "RecallAnswer",
    "HelpCall",
    "Intake",
    "IntakeTitle",
    "IntakeRow",
    "DepartureReport",
    "ReportAddendum",
    "Review",
    "QualityNote",
    "PrivateNote",
    "ReviewTask",
    "PlaceComment",
    "PlaceAnswer",
    "ReviewHarm",
    "SafetyEventReference",
    "FollowUpPlan",
    "FollowUp",
    "FollowUpChange",
    "ContactAttempt",
    "ContactOverride",
    "StatusDecision",
    "RelationshipStatus",
    "LetterVersion",
    "LetterSent",
    "PackReading",
    "PromptChoice",
    "Acknowledgement",
    "Absence",
    "HandOver",
    "FiledPaper",
    "PaperFile",
    "CopyRequest",
    "CopyGiven",
    "ChartPackage",
}


def own_models():
    """The models of the rooms, without the history tables and the hidden ones of many-to-many fields."""
    return [model for room in ROOMS for model in apps.get_app_config(room).get_models() if not is_history(model)]


def is_history(model):
    return hasattr(model, "pgh_obj") or (model.__name__.endswith("Event") and hasattr(model, "pgh_id"))


def test_every_table_was_thought_about():
    assert {model._meta.label for model in own_models()} == set(TABLES)


@pytest.mark.parametrize("label", [label for label, (change, _) in TABLES.items() if change == WRITTEN_ONCE])
def test_what_is_written_once_has_a_trigger_that_says_so(db, label):
    table = apps.get_model(label)._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgtype FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal", [table])
        events = 0
        for (kind,) in cursor.fetchall():
            events |= kind
    deletes, updates = 8, 16  # bits of pg_trigger.tgtype
    assert events & deletes
    assert events & updates


@pytest.mark.parametrize("name", WITH_HISTORY)
def test_editable_clinical_rows_keep_every_version(db, name):
    model = next(model for model in own_models() if model.__name__ == name)
    with connection.cursor() as cursor:
        query = "SELECT count(*) FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname LIKE '%%update_update%%'"
        cursor.execute(query, [model._meta.db_table])
        assert cursor.fetchone() == (1,)


def test_views_reach_clinical_rows_only_through_visible_to():
    """In a view, `Model.objects` of a clinical model is followed by `.visible_to(…)`, always."""
    found = [f"{path.relative_to(ROOT)}:{line}" for path in view_files() for line in unguarded(path)]
    assert found == []


def view_files():
    return [path for room in [*ROOMS, "config"] for path in (ROOT / room).rglob("*.py") if is_view(path)]


def is_view(path):
    """A package of views, or a module whose name begins so. `reviews` is a noun."""
    return any(part.startswith("views") for part in path.relative_to(ROOT).parts)


def unguarded(path):
    """Lines that say `Model.objects` of a clinical model and something else than `.visible_to` after it."""
    tree = ast.parse(path.read_text())
    guarded = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "visible_to"
    }
    for node in ast.walk(tree):
        is_manager = isinstance(node, ast.Attribute) and node.attr == "objects" and isinstance(node.value, ast.Name)
        if is_manager and node.value.id in CLINICAL and id(node) not in guarded:
            yield node.lineno


def test_the_guard_itself_sees_a_hole(tmp_path):
    hole = tmp_path / "views.py"
    hole.write_text("rows = DepartureEvent.objects.filter(pk=1)\nfine = FollowUp.objects.visible_to(user)\n")
    assert list(unguarded(hole)) == [1]


def test_every_setting_from_the_environment_is_explained():
    read = set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"', (ROOT / "config" / "settings.py").read_text()))
    lines = (ROOT / ".env.example").read_text().splitlines()
    explained = {line.partition("=")[0] for line in lines if re.match(r"[A-Z_]+=", line)}
    assert read == explained
    for number, line in enumerate(lines):
        if re.match(r"[A-Z_]+=", line):
            assert lines[number - 1].startswith("#"), f"{line} has no words above it"


def test_every_dependency_has_its_reason():
    text = (ROOT / "pyproject.toml").read_text()
    listed = [line for line in text.splitlines() if re.match(r'  "[a-z0-9-]+.*[<>=~]', line)]
    assert len(listed) > 20
    assert [line for line in listed if "# " not in line] == []


def test_tasks_carry_nothing():
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if name.partition(".")[0] in ROOMS}
    assert ours == {
        *(f"followups.tasks.{name}" for name in ("sweep", "drain", "drain_urgent", "make_papers", "dispose")),
        *(f"followups.tasks.{name}" for name in ("count_trends", "release_trends", "seal_trail", "verify_trail")),
        "sessions_app.tasks.forget_intakes",
        *(f"resources.tasks.{name}" for name in ("check_links", "work_on_imports", "write_crisis_page")),
    }
    for entry in app.conf.beat_schedule.values():
        assert set(entry) == {"task", "schedule"}, "no arguments, no eta, no expiry"


def test_no_page_brings_anything_from_elsewhere(signed_in, therapist, departure):
    for path in ["/", f"/departures/{departure.pk}/", "/resources/"]:
        response = signed_in(therapist).get(path)
        html = response.content.decode()
        assert re.findall(r'(?:src|action|hx-\w+)="(?:https?:)?//', html) == []
        assert "unsafe" not in response.headers["Content-Security-Policy"]
        assert re.findall(r"\son\w+=|<script>|style=", html) == []
