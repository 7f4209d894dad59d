"""Image, compose file, units and proxy: what each of them promises, read from the files that are shipped.

The image was never built and the compose file never started by a test; `make deployment` does run nginx and the units.
"""

import copy
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands
from django.urls import URLPattern, URLResolver, get_resolver

from config import edge, secret_files
from config.celery import app
from config.local.servers import NO_VALUES_IN_LOG
from tests.config.living import fresh_environment
from tests.config.test_settings import SAFE, manage, settings_with
from tests.deployment import EXPOSURE

ROOT = Path(settings.BASE_DIR)
DEPLOY = ROOT / "config" / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
COMMON = DEPLOY / "systemd" / "doorway-.service.d" / "common.conf"
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
OURS = [name for name, each in COMPOSE["services"].items() if each["image"].startswith("doorway:")]


# The compose file ----------------------------------------------------------------------------------------------


def faults_of(compose):
    """What is wrong with a compose file, as [(service, rule)]."""
    found = []
    for name, service in compose["services"].items():
        rules = {
            "runs as root": not re.match(r"[1-9]\d*:", service.get("user", "")),
            "may write to its image": service.get("read_only") is not True,
            "keeps capabilities": service.get("cap_drop") != ["ALL"] or "cap_add" in service,
            "may gain rights": "no-new-privileges:true" not in service.get("security_opt", []),
            "is privileged": bool({"privileged", "pid", "ipc", "network_mode", "devices"} & set(service)),
            "says nothing of its health": name != "migrate" and "test" not in service.get("healthcheck", {}),
            "publishes a port": name != "proxy" and "ports" in service,
            "is not started again": service.get("restart") != ("no" if name == "migrate" else "unless-stopped"),
            "has a secret in its environment": any(map(is_secret, service.get("environment", {}).items())),
            "reads a secret it was not given": not secrets_read(service) <= set(service.get("secrets", [])),
            "was given a secret it does not read": name in OURS and secrets_read(service) < set(service["secrets"]),
            "writes into a folder of the machine": any(not is_read_only(each) for each in service.get("volumes", [])),
            "has an image without a version": bool(re.search(r"^[^:]+$|:latest$", service["image"])),
            "has an image with a host": "/" in service["image"].partition(":")[0],
        }
        found += [(name, rule) for rule, is_broken in rules.items() if is_broken]
    return found


def is_secret(setting):
    name, value = setting
    words = ("KEY", "PASSWORD", "SECRET", "TOKEN", "DATABASE_URL", "REDIS_URL", "EMAIL_URL")
    is_path = str(value).startswith("/run/secrets/")
    return any(word in name for word in words) and not is_path


def secrets_read(service):
    words = [*map(str, service.get("environment", {}).values()), *map(str, service.get("command", []))]
    return {each for word in words for each in re.findall(r"/run/secrets/(\w+)", word)}


def is_read_only(volume):
    return volume.endswith(":ro") or not volume.startswith((".", "/", "~"))


def test_every_service_is_shut_in():
    assert faults_of(COMPOSE) == []


BROKEN = [
    ("runs as root", {"user": "0:0"}),
    ("runs as root", {"user": "root"}),
    ("may write to its image", {"read_only": False}),
    ("keeps capabilities", {"cap_add": ["NET_ADMIN"]}),
    ("keeps capabilities", {"cap_drop": ["NET_RAW"]}),
    ("may gain rights", {"security_opt": []}),
    ("is privileged", {"privileged": True}),
    ("says nothing of its health", {"healthcheck": {}}),
    ("publishes a port", {"ports": ["8000:8000"]}),
    ("is not started again", {"restart": "no"}),
    ("has a secret in its environment", {"environment": {"SECRET_KEY": "${SECRET_KEY}"}}),
    ("reads a secret it was not given", {"environment": {"X_FILE": "/run/secrets/owner_database_url"}}),
    ("writes into a folder of the machine", {"volumes": ["/var/run/docker.sock:/var/run/docker.sock"]}),
    ("has an image without a version", {"image": "doorway:latest"}),
    ("has an image with a host", {"image": "registry.example/doorway:1"}),
]


@pytest.mark.parametrize(("rule", "change"), BROKEN, ids=[rule for rule, _change in BROKEN])
def test_a_service_that_is_not_is_found(rule, change):
    broken = copy.deepcopy(COMPOSE)
    broken["services"]["web-1"].update(change)
    assert ("web-1", rule) in faults_of(broken)


def test_only_the_proxy_stands_between_people_and_the_programs():
    inside = COMPOSE["networks"]["inside"]
    assert inside["internal"] is True
    for name in ("postgres", "redis", "migrate"):
        assert list(COMPOSE["services"][name]["networks"]) == ["inside"]
    addresses = re.findall(r"[\d.]+(?=:8000)", COMPOSE["services"]["proxy"]["environment"]["DOORWAY_NODES"])
    nodes = [COMPOSE["services"][name]["networks"]["inside"]["ipv4_address"] for name in ("web-1", "web-2")]
    assert addresses == nodes


def test_only_migrate_has_the_login_that_owns_the_tables():
    who = {name: set(each.get("secrets", [])) for name, each in COMPOSE["services"].items()}
    assert {name for name in OURS if "owner_database_url" in who[name]} == {"migrate"}
    assert {name for name in who if "web_database_url" in who[name]} == {"web-1", "web-2", "postgres"}
    units = {each.name: re.findall(r"secrets/(\w+)_database_url", each.read_text()) for each in UNITS}
    assert units.pop("doorway-migrate.service") == ["owner"]
    assert units.pop("doorway-web@.service") == ["web"]
    assert set(map(tuple, units.values())) == {("work",)}


def test_every_secret_is_declared_and_made():
    declared = set(COMPOSE["secrets"])
    assert {each for service in COMPOSE["services"].values() for each in service.get("secrets", [])} == declared
    script = (DEPLOY / "secrets").read_text()
    made = set(re.findall(r"keep (\w+) ", script)) | {
        f"{each}_database_url" for each in re.findall(r"login (\w+) d", script)
    }
    assert declared - made == {"tls_certificate", "tls_key"}  # made by openssl, below
    assert '-keyout "$place/tls_key"' in script


def test_secrets_are_made_once_and_for_nobody_else(tmp_path):
    if not shutil.which("openssl"):
        pytest.skip("openssl is missing")
    place = tmp_path / "secrets"
    command = ["bash", DEPLOY / "secrets", "doorway.example", "--in", place]
    if subprocess.run(["id", "-u"], capture_output=True, text=True, check=True).stdout.strip() != "0":
        pytest.skip("only root gives files to root")
    subprocess.run(command, check=True, capture_output=True)
    first = {each.name: each.read_text() for each in place.iterdir()}
    assert {each.stat().st_mode & 0o777 for each in place.iterdir()} == {0o400}
    assert re.search(r"://doorway_web:[^@]{20,}@127\.0\.0\.1:5432/doorway$", first["web_database_url"].strip())
    assert first["redis_url"].split(":")[2].split("@")[0] in first["redis_users"]
    (place / "email_url").unlink()
    subprocess.run(command, check=True, capture_output=True)
    assert {each.name: each.read_text() for each in place.iterdir()} == first
    files = {f"{name}_FILE": str(place / name.lower()) for name in ("SECRET_KEY", "REDIS_URL", "EMAIL_URL")}
    files |= {"DATA_KEYS_FILE": str(place / "data_keys"), "DATABASE_URL_FILE": str(place / "work_database_url")}
    empty = dict.fromkeys(["SECRET_KEY", "DATA_KEYS", "DATABASE_URL", "REDIS_URL", "EMAIL_URL"])
    key, redis = settings_with(["SECRET_KEY", "REDIS_URL"], **empty, **files)
    assert (key, redis) == (first["secret_key"].strip(), first["redis_url"].strip())


# The programs ----------------------------------------------------------------------------------------------------


def launcher_knows(words):
    """Whether `config/deploy/run` starts that, and what it starts is there."""
    kind, *more = words
    if kind == "manage":
        return more[0] in get_commands()
    if kind == "worker":
        return more[0] in {queue.name for queue in app.conf.task_queues}
    return kind in {"web", "beat"} or (kind in {"sweeper", "auditor"} and kind in get_commands())


def test_every_command_that_is_started_is_there():
    started = [service["command"] for name, service in COMPOSE["services"].items() if name in OURS]
    started += [shlex.split(re.search(r"^ExecStart=\S+/run (.+)$", each.read_text(), re.M)[1]) for each in UNITS]
    queues = re.findall(r"doorway-worker@(\w+)\.service", (DEPLOY / "systemd" / "doorway.target").read_text())
    assert len(started) == len(OURS) + len(UNITS)
    for words in started:
        if words == ["worker", "%i"]:
            assert all(launcher_knows(["worker", each]) for each in queues)
        else:
            assert launcher_knows(words), words
    assert set(queues) == {queue.name for queue in app.conf.task_queues}
    assert not launcher_knows(["worker", "nobody"])
    assert not launcher_knows(["manage", "nothing"])


def test_the_launcher_refuses_what_it_does_not_know():
    done = subprocess.run([DEPLOY / "run", "nothing"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "There is no program nothing." in done.stderr


def test_the_image_runs_as_nobody_and_holds_no_secret():
    text = (ROOT / "Dockerfile").read_text()
    lines = [line for line in text.replace("\\\n", " ").splitlines() if line and not line.startswith("#")]
    last_stage = lines[max(n for n, line in enumerate(lines) if line.startswith("FROM")) :]
    [user] = [line for line in last_stage if line.startswith("USER")]
    assert user == "USER 10001:10001"
    assert last_stage.index(user) > max(n for n, line in enumerate(last_stage) if line.startswith(("RUN", "COPY")))
    assert "--require-hashes" in text
    assert not [line for line in lines if line.startswith(("ARG", "ENV")) and re.search("KEY|SECRET|PASSWORD", line)]
    assert any(line.startswith("HEALTHCHECK") for line in last_stage)
    hidden = (ROOT / ".dockerignore").read_text().split()
    assert {".git", ".env", ".local", ".venv", "tests"} <= set(hidden)


@pytest.mark.parametrize("age", [0, 170, 190])
def test_a_program_that_is_silent_for_three_minutes_is_not_alive(tmp_path, age):
    import os
    import time

    sign = tmp_path / "alive"
    sign.touch()
    os.utime(sign, (time.time() - age,) * 2)
    env = {"LIFE_SIGN_FILE": str(sign)}
    done = subprocess.run([sys.executable, DEPLOY / "alive.py", "sign"], env=env, capture_output=True, check=False)
    assert done.returncode == (1 if age > 180 else 0)


# Secrets in files ------------------------------------------------------------------------------------------------


def test_a_secret_may_stand_in_a_file(tmp_path):
    file = tmp_path / "url"
    file.write_text("redis://elsewhere:6379/3\n")
    assert settings_with(["REDIS_URL"], REDIS_URL_FILE=str(file), REDIS_URL=None) == ["redis://elsewhere:6379/3"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"SECRET_KEY": None, "SECRET_KEY_FILE": "/nowhere"}, "SECRET_KEY_FILE names a file that cannot be read: /now"),
        ({"SECRET_KEY_FILE": "/etc/hostname"}, "SECRET_KEY and SECRET_KEY_FILE are both set"),
    ],
)
def test_a_file_that_is_no_good_is_refused_with_a_sentence(changes, words):
    done = manage("check", **changes)
    assert done.returncode != 0
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert SAFE["SECRET_KEY"] not in done.stderr


def test_every_secret_that_may_be_a_file_is_a_setting_and_explained():
    settings_file, explained = ((ROOT / name).read_text() for name in ("config/settings.py", ".env.example"))
    head = explained.partition("\n\n")[0]
    for name in secret_files.NAMES:
        assert f'"{name}"' in settings_file
        assert re.search(rf"\b{name}\b", head)


# The units -------------------------------------------------------------------------------------------------------


def test_what_ends_is_started_again_and_what_hangs_as_well():
    for each in UNITS:
        text = each.read_text()
        if each.name == "doorway-migrate.service":
            assert "Type=oneshot" in text
            continue
        assert "Restart=always" in text
        assert "RestartSec=2" in text
        if "web" not in each.name:
            assert "WatchdogSec=180" in text
            assert "NotifyAccess=main" in text


def test_no_secret_reaches_an_environment_of_a_unit():
    for each in [COMMON, *UNITS]:
        text = each.read_text()
        loaded = re.findall(r"^LoadCredential=(\w+):/etc/doorway/secrets/(\w+)$", text, re.M)
        assert len(loaded) == text.count("LoadCredential")
        assert {name.upper() for name, _file in loaded} <= {*secret_files.NAMES, "DATA_KEYS"}
        assert all(name in {file, "database_url"} for name, file in loaded)
        assert not re.search(r"^Environment=.*(KEY|SECRET|PASSWORD|_URL)", text, re.M)


def test_the_launcher_names_the_files_that_systemd_hands_over(tmp_path):
    (tmp_path / "secret_key").write_text(SAFE["SECRET_KEY"])
    (tmp_path / "database_url").write_text("mysql://nowhere")
    env = fresh_environment(CREDENTIALS_DIRECTORY=str(tmp_path), DATA_KEYS=SAFE["DATA_KEYS"])
    done = subprocess.run([DEPLOY / "run", "manage", "check"], env=env, capture_output=True, text=True, check=False)
    assert "DATABASE_URL must name a PostgreSQL database" in done.stderr


@pytest.fixture(scope="module")
def unit_folder(tmp_path_factory):
    """The units as systemd finds them, with a program that is here in the place of the one that would be installed."""
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is missing. On Debian: apt-get install systemd")
    folder = tmp_path_factory.mktemp("units")
    shutil.copytree(DEPLOY / "systemd", folder, dirs_exist_ok=True)
    for each in folder.glob("*.service"):
        each.write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", each.read_text(), flags=re.M))
    return folder


def instances(folder):
    """Each unit as it is started: a template with something in it."""
    for each in sorted(folder.glob("*.service")):
        yield each.with_name(each.name.replace("@", "@8001" if "web" in each.name else "@urgent"))


def analyze(folder, *words):
    import os

    env = os.environ | {"SYSTEMD_UNIT_PATH": f"{folder}:", "LC_ALL": "C"}
    return subprocess.run(["systemd-analyze", *words], env=env, capture_output=True, text=True, check=False)


def test_systemd_finds_nothing_wrong_with_the_units(unit_folder):
    done = analyze(unit_folder, "verify", "--man=no", *[each.name for each in instances(unit_folder)], "doorway.target")
    ours = [line for line in done.stderr.splitlines() if "doorway" in line]
    assert ours == []
    assert done.returncode == 0, done.stderr
    (unit_folder / "doorway-broken.service").write_text(
        "[Service]\nType=oneshot\nRestart=always\nExecStart=/bin/true\n"
    )
    broken = analyze(unit_folder, "verify", "--man=no", "doorway-broken.service")
    (unit_folder / "doorway-broken.service").unlink()
    assert broken.returncode != 0


def test_systemd_says_that_the_units_are_shut_in(unit_folder):
    """With the drop-in written into each unit: offline, the analysis reads one file and no other."""
    common = COMMON.read_text().partition("[Service]")[2]
    for each in instances(unit_folder):
        source = unit_folder / re.sub(r"@\w+", "@", each.name)
        whole = unit_folder / f"whole-{each.name.replace('@', '-')}"
        whole.write_text(f"{source.read_text()}\n[Service]\n{common}")
        done = analyze(unit_folder, "security", "--offline=true", f"--threshold={EXPOSURE}", "--no-pager", str(whole))
        whole.write_text(source.read_text())
        without = analyze(
            unit_folder, "security", "--offline=true", f"--threshold={EXPOSURE}", "--no-pager", str(whole)
        )
        whole.unlink()
        assert done.returncode == 0, f"{each.name}: {done.stdout.splitlines()[-1:]} {done.stderr}"
        assert without.returncode != 0, "the threshold lets everything through"


# The proxy -------------------------------------------------------------------------------------------------------


def limits():
    """{location, or "" for all others: bytes} of what nginx lets through."""
    text = (DEPLOY / "nginx" / "doorway.conf").read_text()
    own = dict(re.findall(r"location = (\S+) \{\s+client_max_body_size (\d+)m;", text))
    general = re.search(r"^    client_max_body_size (\d+)m;", text, re.M)[1]
    return {path: int(size) * 1024 * 1024 for path, size in {**own, "": general}.items()}


def pages_with_files(patterns=None, before="/"):
    """{address: most bytes} of the views that take files."""
    found = {}
    for each in patterns if patterns is not None else get_resolver().url_patterns:
        where = before + str(each.pattern)
        if isinstance(each, URLResolver):
            found |= pages_with_files(each.url_patterns, where)
        elif isinstance(each, URLPattern) and hasattr(each.callback, "most_bytes"):
            found[where] = each.callback.most_bytes
    return found


def test_the_proxy_lets_through_what_each_page_takes_and_not_much_more():
    known = limits()
    ordinary = known.pop("")
    pages = {path: most for path, most in pages_with_files().items() if most + edge.ROOM_FOR_FIELDS > ordinary}
    assert set(known) == set(pages), "the others have room enough"
    for path, most in {**pages, "": settings.DATA_UPLOAD_MAX_MEMORY_SIZE}.items():
        limit = known.get(path, ordinary)
        assert most + edge.ROOM_FOR_FIELDS <= limit < 2 * most + 1


def test_the_database_is_told_to_write_no_values_into_its_log():
    wanted = {each for each in NO_VALUES_IN_LOG if "=" in each}
    compose = {each.removeprefix("-c") for each in COMPOSE["services"]["postgres"]["command"] if "log_" in each}
    script = (DEPLOY / "install").read_text()
    installed = {f"{name}={value}" for name, value in re.findall(r"^(log_\w+) = (\S+)$", script, re.M)}
    assert compose == installed == wanted


def test_scripts_are_read_by_the_shell_without_complaint():
    for name, shell in {
        "install": "bash",
        "secrets": "bash",
        "database.sh": "bash",
        "run": "sh",
        "doorway-manage": "sh",
    }.items():
        assert (DEPLOY / name).stat().st_mode & 0o111
        subprocess.run([shell, "-n", DEPLOY / name], check=True)
    if shutil.which("shellcheck"):
        found = subprocess.run(
            [
                "shellcheck",
                "--severity=warning",
                *[DEPLOY / n for n in ("install", "secrets", "run", "database.sh", "doorway-manage")],
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert found.returncode == 0, found.stdout
