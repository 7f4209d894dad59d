"""Two sites, three teams, and everybody who could knock: people, rows of several owners, and a rare word in each."""

import time
import uuid
from datetime import timedelta
from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.utils import timezone

from accounts.models import Role, Site, Supervision, Team, TeamCover, User
from accounts.session_end import BEGAN, MOVED
from followups import absences, calendars, chart_packages, contact_attempts, decisions, ladders, on_call, policies
from followups.models import FollowUpPolicy
from protocols import adoptions, drafts, editions
from protocols.models import EditionTranslation
from resources import curator_tasks
from resources.models import Bundle, Organisation, Resource, SearchGap
from sessions_app import departures, emergency_doors, help_calls, intakes, levels, private_notes, reports
from sessions_app.models import Client, ContactPermission, EmergencyAccess, TherapySession
from tests import test_access as one_day
from tests.followups.push_service import device_of

AN_HOUR = 3600
SINCE_A_MONTH = {"starts_on": timezone.localdate() - timedelta(days=30)}
UNTIL_YESTERDAY = SINCE_A_MONTH | {"ends_on": timezone.localdate() - timedelta(days=1)}
FROM_NEXT_WEEK = {"starts_on": timezone.localdate() + timedelta(days=7)}
LONG_AGO = timezone.now() - timedelta(days=2)  # what was promised then is late by now
THERAPIST, SUPERVISOR = {Role.THERAPIST}, {Role.SUPERVISOR}

#: Who knocks, and in which roles they do.
ACTORS = {
    "anonymous": set(),
    "inactive": set(),  # had every right of the supervisor until their account ended, with a session that still lives
    "owner": THERAPIST,
    "same team": THERAPIST,
    "supervisor": SUPERVISOR,
    "supervising therapist": THERAPIST | SUPERVISOR,
    "former supervisor": SUPERVISOR,
    "future supervisor": SUPERVISOR,
    "removed supervisor": SUPERVISOR,  # ended while they were signed in
    "cover": SUPERVISOR,
    "former cover": SUPERVISOR,
    "role taken": set(),  # was the supervisor, and signed in as such
    "other site therapist": THERAPIST,
    "other site supervisor": SUPERVISOR,
    "admin": {Role.ADMIN},
    "officer": {Role.PRIVACY},
    "emergency": THERAPIST,  # has opened the owner's client
    "emergency over": THERAPIST,
}
SIGNED_OUT = {"anonymous", "inactive"}

#: Whose rows, and who answers for them today. Exercises are for whoever practises.
OBJECTS = {
    "own": ("owner", {"supervisor", "supervising therapist", "cover"}),
    "closed": ("owner", {"supervisor", "supervising therapist", "cover"}),
    "practice": ("owner", set()),
    "same team": ("same team", {"cover"}),
    "other team": ("other team", set()),
    "other site": ("other site therapist", {"other site supervisor"}),
    "random": (None, set()),
}
OPENED_IN_EMERGENCY = {"own", "closed"}


class World:
    def __init__(self):
        editions.publish_all()
        policies.load_default()
        ladders.load_default()
        self.people, self.rows = {}, {}
        self.sites()
        self.hire()
        self.adopt()
        self.directory()
        for name in ("own", "same team", "other team", "other site"):
            self.rows[name] = self.rows_of(OBJECTS[name][0], word=word_of(name))
        self.rows["closed"] = self.closed()
        self.rows["practice"] = self.exercise()
        self.rows["random"] = nowhere(self.rows["own"])
        self.emergencies()
        self.sessions = {name: self.sign_in(name) for name in ACTORS if name != "anonymous"}
        self.take_away()

    def sites(self):
        facts = {"country": "US", "time_zone": "America/New_York", "emergency_number": "911"}
        here, there = (Site.objects.create(name=name, **facts) for name in ("Riverside Clinic", "Hilltop Clinic"))
        self.adults, self.youth = (Team.objects.create(name=name, site=here) for name in ("Adults", "Youth"))
        self.elsewhere = Team.objects.create(name="Adults", site=there)

    def hire(self):
        teams = dict.fromkeys(["other site therapist", "other site supervisor"], self.elsewhere)
        teams |= dict.fromkeys(["other team", "emergency"], self.youth)
        more = {"other team": {Role.THERAPIST}, "stand-in": SUPERVISOR, "lead": SUPERVISOR}
        starts_as = {"inactive": SUPERVISOR, "role taken": SUPERVISOR}
        for name, roles in (ACTORS | more).items():
            if name == "anonymous":
                continue
            held = sorted(starts_as.get(name, roles))
            facts = {"name": name.title(), "roles": held, "team": teams.get(name, self.adults)}
            email = f"{name.replace(' ', '.')}@clinic.example"
            self.people[name] = User.objects.create_user(email, "a password for tests", **facts)
        self.supervisions()

    def supervisions(self):
        owner = self.people["owner"]
        for name in ("supervisor", "supervising therapist", "inactive", "role taken", "removed supervisor"):
            Supervision.objects.create(supervisor=self.people[name], supervisee=owner, **SINCE_A_MONTH)
        Supervision.objects.create(supervisor=self.people["former supervisor"], supervisee=owner, **UNTIL_YESTERDAY)
        Supervision.objects.create(supervisor=self.people["future supervisor"], supervisee=owner, **FROM_NEXT_WEEK)
        there = {"supervisor": self.people["other site supervisor"], "supervisee": self.people["other site therapist"]}
        Supervision.objects.create(**there, **SINCE_A_MONTH)
        TeamCover.objects.create(supervisor=self.people["cover"], team=self.adults, **SINCE_A_MONTH)
        TeamCover.objects.create(supervisor=self.people["former cover"], team=self.adults, **UNTIL_YESTERDAY)

    def adopt(self):
        FollowUpPolicy.objects.filter(number=1).update(adopted_at=timezone.now(), adopted_by=self.people["lead"])
        policies.Known.is_one_in_force = adoptions.Known.is_made = True
        adoptions.carry_over()

    def directory(self):
        organisation = Organisation.objects.create(name="A helpline")
        facts = {"slug": "a-helpline", "name": "A helpline", "country": "US", "status": Resource.Status.IN_REVIEW}
        made = self.resource = Resource.objects.create(organisation=organisation, **facts)
        made.contact_points.create(kind="voice", dial="988", dial_region="US")
        draft, batch = policies.draft(by=self.people["admin"]), one_day.list_of(self.people["admin"])
        self.common = {
            "policy_number": draft.number,
            "protocol_number": drafts.begin(editions.in_force(), by=self.people["admin"]).number,
            "setting": "remote",
            "deed": "send",
            "kind": "task",
            "row_id": draft.tasks.first().pk,
            "level": "elevated",
            "slug": "stay-calm",
            "phase": "connect",
            "resource_id": made.pk,
            "contact_id": made.contact_points.get().pk,
            "form_name": "csv",
            "id": made.pk,
            "task_id": curator_tasks.open_one("link", by="link check", resource_id=made.pk).pk,
            "part": "names",
            "part_id": made.aliases.create(words="A line").pk,
            "first_id": made.pk,
            "second_id": one_day.another_than(made).pk,
            "gap_id": SearchGap.objects.create(words="sailors", country="US", on=timezone.localdate()).pk,
            "bundle_id": Bundle.objects.create(name="Evening", country="US").pk,
            "batch_id": batch.pk,
            "import_row_id": batch.rows.get().pk,
            "script_slug": "calm-exit",
            "translation_id": EditionTranslation.objects.filter(version=editions.in_force()).first().pk,
            "system_name": "departure-kind",
            "token": calendars.renew(by=self.people["owner"]),
            "week": f"{timezone.localdate() - timedelta(days=7):%G-W%V}",
            "code": "early",
            "site_id": self.adults.site_id,
            "hold_id": 1,
            "disposal_id": 1,
            "person_id": self.people["owner"].pk,
            **one_day.ties_of(self.people["owner"], covered_by=self.people["cover"]),
            "invitation_id": one_day.asked_in_by(self.people["admin"]).pk,
            "passkey_id": one_day.passkey_of(self.people["owner"]).pk,
            "session_row_id": one_day.signed_in_on_a_phone(self.people["owner"]).pk,
            "uidb36": "1",
            "key": "0-x",
        }

    def rows_of(self, name, *, word):
        """A client of that person with everything that can hang on one, a rare word in each free text of it."""
        person = self.people[name]
        session = session_of(person, client_of(person, word), word)
        made = departures.log(id=uuid.uuid4(), by=person, session=session)
        levels.set_level(made, level="elevated", op_id=uuid.uuid4(), at=LONG_AGO, by=person)
        self.talk(made, person, word)
        start = timezone.now() + timedelta(days=40)
        shift = {"site": person.site, "person": person, "starts_at": start, "ends_at": start + timedelta(hours=1)}
        return {
            "departure_id": made.pk,
            "client_id": made.client_id,
            "session_id": made.session_id,
            "pk": made.follow_ups.exclude(channel="").first().pk,
            "intake_id": intakes.begin(b"Reference\n0500\n", by=person).pk,
            "call_id": help_calls.ask(id=uuid.uuid4(), by=person, departure=made).pk,
            "absence_id": self.absence_of(person).pk,
            "shift_id": on_call.add(by=person, **shift).pk,
            "override_id": one_day.override_of(made).pk,
            "decision_id": decisions.propose(made, choice="keep_trying", words=word, by=person).pk,
            "paper_id": one_day.paper_of(made).pk,
            "copy_id": (copy := one_day.copy_for(made)).pk,
            "package_id": chart_packages.ask(copy, why="access", by=person).pk,
            "given_id": one_day.given_in(made, self.resource).pk,
            "former_id": person.pk,
            "device_id": device_of(person, endpoint=f"https://push.example/{person.pk}").pk,
        }

    def talk(self, departure, person, word):
        private_notes.write(departure, text=f"{word} private", by=person)
        reports.save_draft(reports.draft_for(departure, by=person), account=f"{word} account", by=person)
        call = departure.follow_ups.exclude(channel="").first()
        facts = {"channel": "phone", "result": "no_answer", "op_id": uuid.uuid4()}
        contact_attempts.record(call, note=f"{word} attempt", by=person, **facts)

    def absence_of(self, person):
        first = timezone.localdate() + timedelta(days=30)
        facts = {"person": person, "cover": self.people["stand-in"], "starts_on": first, "ends_on": first}
        return absences.enter(note="Away", by=person, **facts)

    def closed(self):
        """Ended, signed, and its promises kept or dropped."""
        person, word = self.people["owner"], word_of("own")
        session = session_of(person, client_of(person, f"{word}2"), word)
        made = departures.log(id=uuid.uuid4(), by=person, session=session)
        levels.set_level(made, level="elevated", op_id=uuid.uuid4(), by=person)
        departures.they_have_gone(made, op_id=uuid.uuid4(), by=person)
        reports.sign(reports.draft_for(made, by=person), by=person)
        call = made.follow_ups.exclude(channel="").first()
        facts = {"channel": "phone", "result": "reached_safe", "op_id": uuid.uuid4()}
        contact_attempts.record(call, note=f"{word} attempt", by=person, **facts)
        rows = {"departure_id": made.pk, "client_id": made.client_id, "session_id": made.session_id, "pk": call.pk}
        copy = one_day.copy_for(made)
        package = chart_packages.ask(copy, why="access", by=person)
        return rows | {"paper_id": one_day.paper_of(made).pk, "copy_id": copy.pk, "package_id": package.pk}

    def exercise(self):
        person = self.people["owner"]
        made = one_day.practised_by(person)
        departure = departures.log(id=uuid.uuid4(), by=person, session=made.session)
        levels.set_level(departure, level="elevated", op_id=uuid.uuid4(), by=person)
        call = departure.follow_ups.exclude(channel="").first()
        rows = {"departure_id": departure.pk, "session_id": departure.session_id, "pk": call.pk}
        return rows | {"exercise_id": made.pk, "practice_session_id": made.session_id}

    def emergencies(self):
        """One runs for both of the owner's clients that others know; the same ran out for somebody else."""
        for name in ("own", "closed"):
            client = Client.objects.get(pk=self.rows[name]["client_id"])
            for person in ("emergency", "emergency over"):
                access = opened(client, by=self.people[person])
                if person == "emergency over":
                    run_out(access)
                elif name == "own":
                    self.rows["own"]["access_id"] = access.pk
        self.rows["random"]["access_id"] = 10**9

    def sign_in(self, name):
        """The key of a session that began just now, as after sign-in."""
        person = self.people[name]
        session = import_module(settings.SESSION_ENGINE).SessionStore()
        session[SESSION_KEY] = str(person.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session[BEGAN] = session[MOVED] = time.time() + AN_HOUR  # longer than a slow machine takes
        if name.startswith("emergency"):
            session[emergency_doors.MAY_BE_RUNNING] = True
        session.save()
        return session.session_key

    def take_away(self):
        """What ends while people are signed in."""
        User.objects.filter(pk=self.people["inactive"].pk).update(is_active=False)
        User.objects.filter(pk=self.people["role taken"].pk).update(roles=[])
        Supervision.objects.filter(supervisor=self.people["removed supervisor"]).update(
            ends_on=timezone.localdate() - timedelta(days=1)
        )


def word_of(name):
    return f"Quokka{''.join(name.title().split())}"


def client_of(person, word):
    made = Client.objects.create(reference=word, preferred_name=f"{word} name", therapist=person, team=person.team)
    scope = ContactPermission.Scope.PRACTICE_NAME
    ContactPermission.objects.create(client=made, channel="phone", scope=scope, address=f"{word} phone")
    return made


def session_of(person, client, word):
    starts_at = timezone.now() - timedelta(minutes=20)
    facts = {"room": word, "address_today": f"{word} street", "callback_number": word}
    made = TherapySession.objects.create(therapist=person, site=person.site, starts_at=starts_at, **facts)
    made.clients.add(client)
    return made


def opened(client, *, by):
    return one_day.opened_in_emergency(type("Of", (), {"client": client}), by=by)


def run_out(access):
    """Behind the trigger that keeps it as it was: an hour and a second ago it was opened."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        back = timedelta(minutes=60, seconds=1)
        facts = {"began_at": access.began_at - back, "ends_at": access.ends_at - back}
        EmergencyAccess.objects.filter(pk=access.pk).update(**facts)
        cursor.execute("SET LOCAL session_replication_role = origin")


def nowhere(rows):
    """Ids of the same kinds that nothing has."""
    return {name: uuid.uuid4() if isinstance(value, uuid.UUID) else 10**9 for name, value in rows.items()} | {
        "exercise_id": uuid.uuid4(),
        "practice_session_id": 10**9,
    }
