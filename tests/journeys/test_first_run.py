"""From an empty database to the first real departure, signed off: a command, a link, and a page that shows the rest."""

import io
import re

import pytest
from django.core.management import call_command

from accounts import invitations, staff_post
from accounts.models import Invitation, User
from protocols.models import Adoption
from sessions_app.models import DepartureEvent, DepartureReport
from tests.journeys.conftest import LAPTOP

pytestmark = pytest.mark.journey

PASSWORD = "four quiet words here"
PLACE = [
    "--site",
    "Riverside Clinic",
    "--country",
    "US",
    "--time-zone",
    "America/New_York",
    "--emergency-number",
    "911",
]
LIST = """name,email,roles,site,team,supervisor
Nora Berg,nora@clinic.example,supervisor,Riverside Clinic,Adults,
Ana Reyes,ana@clinic.example,therapist,Riverside Clinic,Adults,nora@clinic.example
Pat Moreno,pat@clinic.example,privacy officer,Riverside Clinic,Adults,
"""


def path_in(words, of):
    return re.search(rf"https?://[^/\s]+({of}\S+)", words).group(1)


def missing(window):
    window.go("/setup/")
    rows = window.tab.locator("[data-state=missing]")
    return [rows.nth(n).get_attribute("id") for n in range(rows.count())]


def test_from_an_empty_database_to_the_first_departure_that_is_signed_off(nothing_signed, open_window, mailoutbox):
    desk = first_admin(open_window)
    everything = [
        "organisation",
        "sites",
        "clinical_lead",
        "therapists",
        "second_person",
        "mail",
        "directory",
        "adoption",
    ]
    assert missing(desk) == everything
    desk.sees("Practice only, until a clinical lead has signed.")
    desk.inspect()
    say_where_we_are(desk)
    nora, ana = ask_everybody_in(desk, open_window, mailoutbox)
    name_the_lead(desk)
    prove_that_mail_arrives(desk, mailoutbox)
    desk.go("/setup/")
    desk.click("Load the starter entries for US")
    desk.sees("were added")
    assert missing(desk) == ["adoption"]
    rehearse(ana)
    read_and_sign(nora)
    assert missing(desk) == []
    desk.sees("Nothing is missing.")
    desk.inspect()
    first_real_departure(ana)
    sign_off(nora)
    real = DepartureEvent.objects.real().get()
    assert DepartureReport.objects.get(departure=real).state == DepartureReport.State.CLOSED
    assert DepartureEvent.objects.filter(is_practice=True).count() == 1


def first_admin(open_window):
    """The command prints a link; behind it the first admin chooses a password."""
    said = io.StringIO()
    who = ["--email", "kim@clinic.example", "--name", "Kim Novak", "--role", "admin"]
    call_command("create_person", *who, *PLACE, stdout=said)
    desk = open_window(size=LAPTOP)
    desk.go(path_in(said.getvalue(), "/account/password/forgotten/"))
    choose_password(desk, "New Password")
    sign_in(desk, "kim@clinic.example")
    return desk


def choose_password(window, label):
    window.tab.get_by_label(label, exact=True).fill(PASSWORD)
    window.tab.get_by_label(f"{label} (again)").fill(PASSWORD)
    window.click("Save the password")


def sign_in(window, email):
    window.go("/account/sign-in/")
    window.tab.get_by_label("Email").fill(email)
    window.tab.get_by_label("Password").fill(PASSWORD)
    window.click("Sign in")


def say_where_we_are(desk):
    desk.follow("Say the name")
    desk.inspect()
    desk.tab.get_by_label("Name").fill("Riverside Group")
    desk.click("Save")
    desk.sees("The organisation is Riverside Group.")
    desk.follow("Say the number")
    desk.inspect()
    desk.tab.get_by_label("On-call number").fill("+1 212 555 0100")
    desk.click("Save")
    desk.sees("Every site has its country, time zone and numbers.")


def ask_everybody_in(desk, open_window, mailoutbox):
    """By a list with a mistake first. Returns the windows of the supervisor and of the therapist."""
    desk.go("/account/people/")
    desk.follow("Ask many people in")
    send(desk, LIST.replace("supervisor,Riverside Clinic", "boss,Riverside Clinic"))
    desk.sees("Line 2, roles")
    desk.inspect()
    send(desk, LIST)
    desk.sees("3 people would be asked in")
    desk.inspect()
    desk.click("Ask them in")
    desk.sees("3 people are asked in.")
    staff_post.drain()
    links = {mail.to[0]: path_in(mail.body, "/account/join/") for mail in mailoutbox if "/join/" in mail.body}
    ana, nora = (open_window() for _ in range(2))
    for window, name in ((ana, "ana"), (nora, "nora")):
        window.go(links[f"{name}@clinic.example"])
        choose_password(window, "Password")
    link = invitations.new_link(Invitation.objects.get(email="pat@clinic.example"))
    invitations.accept(invitations.fingerprint(link.rstrip("/").rpartition("/")[2]), password=PASSWORD)
    return nora, ana


def send(desk, text):
    file = {"name": "people.csv", "mimeType": "text/csv", "buffer": text.encode()}
    desk.tab.get_by_label("List (CSV)").set_input_files(file)
    desk.click("Send and look")


def name_the_lead(desk):
    desk.go("/setup/")
    desk.sees("Every therapist has a supervisor.")
    desk.follow("Name a clinical lead")
    desk.tab.get_by_label("Nora Berg").check()
    desk.inspect()
    desk.click("Save")
    desk.sees("Nora Berg is clinical lead.")


def prove_that_mail_arrives(desk, mailoutbox):
    desk.click("Send a mail to me")
    desk.sees("A mail is on its way to kim@clinic.example.")
    staff_post.drain()
    desk.go(path_in(mailoutbox[-1].body, "/account/organisation/mail/"))
    desk.inspect()
    desk.click("Yes, it has arrived")
    desk.sees("Mail arrives: proven on")


def rehearse(ana):
    """Before anybody has signed, the one tap works as always; what it makes is practice."""
    ana.go("/")
    ana.sees("Practice only, until a clinical lead has signed.")
    ana.click("Client is leaving")
    ana.sees("From before live use")
    ana.inspect()
    assert DepartureEvent.objects.get().is_practice


def read_and_sign(nora):
    nora.go("/setup/")
    nora.follow("Read and sign")
    nora.inspect()
    for words in ("Read the steps", "Read the policy", "Read the words"):
        nora.follow(words)
        nora.go("/setup/adoption/")
    nora.click("I have read all three: sign")
    nora.sees("From now on what is written down is real.")
    assert "Practice only" not in nora.text()
    assert Adoption.objects.get().by == User.objects.get(name="Nora Berg")


def first_real_departure(ana):
    ana.go("/clients/new/")
    ana.tab.get_by_label("Reference").fill("0417")
    ana.click("Save")
    ana.go("/")
    assert "Practice only" not in ana.text()
    ana.click("Client is leaving")
    ana.sees("0 of 11")
    ana.click("They have gone")
    departure = DepartureEvent.objects.real().get()
    ana.go(f"/departures/{departure.pk}/client/")
    ana.click("0417")
    ana.go(f"/departures/{departure.pk}/report/")
    ana.tab.get_by_label("What happened?").fill("They said “enough” and went.")
    ana.click("Continue")
    ana.click("Sign and send")
    ana.sees("Sent. Nora Berg will read it.")


def sign_off(nora):
    nora.go("/review/")
    nora.follow("0417")
    nora.sees("They said “enough” and went.")
    nora.tab.get_by_label("Appropriate", exact=True).check()
    nora.tab.get_by_label("Message to the author").fill("Well done.")
    nora.click("Sign off")
    nora.sees("Sent to Ana Reyes.")
