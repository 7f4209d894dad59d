"""Rules for alerts can be read, ask for figures that exist, judge as the page does, and are explained one by one."""

import re
import tomllib
from pathlib import Path

import promql_parser
import pytest
import yaml
from django.conf import settings
from prometheus_client import CollectorRegistry, generate_latest

from config.operations import figures, latencies, metrics, releases, words
from config.operations.metrics import OfDoorway
from followups import canaries, deliveries, heartbeats

OPERATIONS = Path(settings.BASE_DIR) / "config" / "operations"
RULES = yaml.safe_load((OPERATIONS / "alerts.yml").read_text())["groups"][0]["rules"]
NAMES = [rule["alert"] for rule in RULES]
PROMETHEUS_OWN = {"up"}
#: What no page can tell, since it is about pages.
ANSWERED_BY_NOBODY = {"DoorwayIsAway", "DoorwayDatabaseIsAway", "DoorwayAnswersWithErrors", "DoorwayIsSlow"}


def selectors(node):
    """Each (metric, {label: what it must be}) that an expression asks for."""
    if isinstance(node, promql_parser.VectorSelector):
        yield node.name, {each.name: each.value for each in node.matchers.matchers}
    for name in ("expr", "lhs", "rhs", "vs", "vector_selector"):
        if (inner := getattr(node, name, None)) is not None:
            yield from selectors(inner)
    for inner in getattr(node, "args", None) or []:
        yield from selectors(inner)


@pytest.fixture
def told(db, settings):
    """Every sample there can be, as {metric: {label: values}}: with a canary, a copy, and requests."""
    settings.CANARY_ADDRESS = "canary@clinic.example"
    for name in heartbeats.LATE_AFTER:
        heartbeats.leave(name)
    canaries.sweep()
    deliveries.drain()
    latencies.seconds.labels("now").observe(1)
    latencies.answers.labels("GET", "5xx").inc()
    registry, found = CollectorRegistry(), {}
    registry.register(OfDoorway())
    for each in (*registry.collect(), *latencies.registry.collect()):
        for sample in each.samples:
            labels = found.setdefault(sample.name, {})
            for label, value in sample.labels.items():
                labels.setdefault(label, set()).add(value)
    return found


def test_each_rule_asks_for_figures_and_labels_that_exist(told):
    asked = 0
    for rule in RULES:
        found = list(selectors(promql_parser.parse(rule["expr"])))
        assert found, rule["alert"]
        for metric, labels in found:
            if metric in PROMETHEUS_OWN:
                continue
            assert metric in told, f"{rule['alert']}: {metric}"
            for label, value in labels.items():
                wanted = set(value.split("|"))
                assert wanted & told[metric][label], f"{rule['alert']}: {label}={value}"
            asked += 1
    assert asked > 20


def test_a_rule_that_asks_for_nothing_would_be_seen():
    [found] = selectors(promql_parser.parse('max by (lane) (rate(doorway_no_such_thing{lane="urgent"}[5m])) > 1'))
    assert found == ("doorway_no_such_thing", {"lane": "urgent"})


def test_each_alert_says_how_bad_it_is_and_is_explained():
    assert len(NAMES) == len(set(NAMES)) > 15
    for rule in RULES:
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"].endswith(".")
        assert re.fullmatch(r"\d+m", rule["for"])
    explained = re.findall(r"^## (\w+)$", (OPERATIONS / "ALERTS.md").read_text(), re.MULTILINE)
    assert explained == NAMES


def test_whoever_reads_a_code_on_the_page_finds_its_alert(told):
    table = re.findall(r"^\| (`.+?) \| (.+) \|$", (OPERATIONS / "ALERTS.md").read_text(), re.MULTILINE)
    listed = {code: alerts for codes, alerts in table for code in re.findall(r"`(\w+)`", codes)}
    found = figures.read() | {"archiver_fails": True}
    answers = [*words.of_figures(found), words.broker(None), words.watched_from_outside()]
    assert {each.about for each in answers} <= set(listed)
    assert set(re.findall(r"Doorway\w+", " ".join(listed.values()))) == {*NAMES} - ANSWERED_BY_NOBODY


@pytest.mark.parametrize(
    ("alert", "limit"),
    [
        ("DoorwayRemindersAreLate", words.OVERDUE),
        ("DoorwayNobodySweeps", heartbeats.LATE_AFTER["beat"].total_seconds()),
        ("DoorwayOneClockIsSilent", heartbeats.LATE_AFTER["sweeper"].total_seconds()),
        ("DoorwayAuditIsLate", heartbeats.LATE_AFTER[heartbeats.AUDIT].total_seconds()),
        ("DoorwayUrgentMessagesWait", words.WAITING["urgent"]),
        ("DoorwayRoutineMessagesWait", words.WAITING["routine"]),
        ("DoorwayCanaryIsLate", words.CANARY_LATE),
        ("DoorwayStaffMailsWait", words.STAFF_MAIL_LATE),
        ("DoorwayClockIsOff", words.CLOCK_OFF),
        ("DoorwayQueueGrows", words.CALLS),
        ("DoorwayWorkerIsSilent", heartbeats.LATE_AFTER[heartbeats.URGENT].total_seconds()),
        ("DoorwayTrailIsNotProven", heartbeats.LATE_AFTER[heartbeats.PROVEN].total_seconds()),
        ("DoorwayBackupIsOld", words.COPY_LATE),
    ],
)
def test_prometheus_and_the_page_judge_by_the_same_limits(alert, limit):
    [rule] = [each for each in RULES if each["alert"] == alert]
    assert re.search(rf"> {limit:g}\b", rule["expr"])


def test_nothing_is_registered_where_everybody_could_add_to_it():
    """The library's own registry tells of this machine: of processes, memory and garbage, which nobody asked for."""
    assert b"python_gc" not in generate_latest(latencies.registry)
    assert metrics.OfDoorway().describe() == []


def test_each_release_has_upgrade_notes():
    root = Path(settings.BASE_DIR)
    known = re.findall(r"^## (.+)$", (root / "CHANGELOG.md").read_text(), re.MULTILINE)
    noted = re.findall(r"^## (.+)$", (root / "config" / "UPGRADING.md").read_text(), re.MULTILINE)
    assert known
    assert noted == ["Each time", *known]
    assert tomllib.loads((root / "pyproject.toml").read_text())["project"]["version"] == releases.VERSION
