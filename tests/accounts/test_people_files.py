"""Many people are asked in from a list: looked at first, with every mistake in its place; all of them or nobody."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts import invitations, people_files
from accounts.models import Invitation, Role, Supervision, Team, User

GOOD = """Name,Email,Role,Site,Team,Supervisor
Ida Berg,Ida@clinic.example,supervisor,Riverside Clinic,Adults,
Leo Park,leo@clinic.example,therapist,riverside clinic,Youth,ida@clinic.example
Mia Sol,mia@clinic.example,therapist; admin,Riverside Clinic,Adults,sam.lindqvist@clinic.example
"""
WRONG = """name;email;roles;site;team;supervisor
;ida@clinic.example;supervisor;Riverside Clinic;Adults;
Leo Park;not an address;therapist;Riverside Clinic;Adults;
Mia Sol;mia@clinic.example;boss;Riverside Clinic;Adults;
Noa Sol;noa@clinic.example;therapist;Nowhere;Adults;
Pia Sol;mia@clinic.example;therapist;Riverside Clinic;;pia@clinic.example
Uli Sol;uli@clinic.example;therapist;Riverside Clinic;Adults;uli@clinic.example
"""
MISTAKES = [
    (2, "name"),
    (3, "email"),
    (4, "roles"),
    (5, "site"),
    (6, "email"),
    (6, "supervisor"),
    (6, "team"),
    (7, "supervisor"),
]


def upload(browser, text, *, encoding="utf-8"):
    return browser.post(reverse("people-file"), {"file": SimpleUploadedFile("people.csv", text.encode(encoding))})


def confirm(browser, text):
    return browser.post(reverse("people-file"), {"words": text})


def test_a_list_is_shown_and_asks_nobody_until_it_is_sent_once_more(signed_in, admin, supervisor, mails):
    browser = signed_in(admin)
    shown = upload(browser, GOOD)
    html = shown.content.decode()
    assert html.count('data-state="new"') == 3
    assert "New team" in html
    assert (Invitation.objects.count(), Team.objects.filter(name="Youth").count(), mails()) == (0, 0, [])
    done = confirm(browser, shown.context["words"].initial["words"])
    assert done.url == reverse("people")
    assert {each.to[0] for each in mails()} == {"ida@clinic.example", "leo@clinic.example", "mia@clinic.example"}
    mia = Invitation.objects.get(email="mia@clinic.example")
    assert (mia.roles, mia.supervisor) == (["therapist", "admin"], supervisor)
    assert Invitation.objects.get(email="leo@clinic.example").team.name == "Youth"


def test_the_same_list_again_asks_nobody_twice(signed_in, admin, supervisor, mails):
    browser = signed_in(admin)
    confirm(browser, GOOD)
    again = upload(browser, GOOD).content.decode()
    assert again.count('data-state="asked"') == 3
    assert "Nobody in this list is new." in again
    assert confirm(browser, GOOD).status_code == 302
    assert (Invitation.objects.count(), len(mails())) == (3, 3)


def test_every_mistake_is_told_by_line_and_column_and_nothing_is_written(signed_in, admin, site, mails):
    with pytest.raises(people_files.FileIsWrong) as wrong:
        people_files.look_through(WRONG)
    assert sorted((each.line, each.column) for each in wrong.value.problems) == MISTAKES
    browser = signed_in(admin)
    for answer in (upload(browser, WRONG), confirm(browser, WRONG)):
        assert answer.status_code == 422
        assert "Line 4, roles" in answer.content.decode()
    assert (Invitation.objects.count(), mails()) == (0, [])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Choose a file|The file is empty"),
        ("name,email\nA,b@c.example\n", "columns are missing: roles, site, team"),
        ("name,email,roles,site,team\n", "1 to 500 people"),
        ("name,email,roles,site,team\n" + "A,b@c.example,therapist,X,Y\n" * 501, "1 to 500 people"),
        ('name,email,roles,site,team\n"A,b@c.example,therapist,X,Y\n', "quotation mark"),
        ("a\x00b", "no list"),
    ],
    ids=["empty", "columns", "nobody", "too many", "quotes", "no text"],
)
def test_what_is_no_such_list_says_why(signed_in, admin, text, words):
    answer = upload(signed_in(admin), text)
    assert answer.status_code == 422
    assert any(each in answer.content.decode() for each in words.split("|"))


def test_a_spreadsheet_of_another_country_is_read_as_well(admin, site):
    text = "nombre;correo;rol;centro;equipo\nJosé Núñez;jose@clinic.example;terapeuta;Riverside Clinic;Adults\n"
    [row] = people_files.look_through(people_files.text_of(text.encode("cp1252")))
    assert (row.name, row.roles) == ("José Núñez", [Role.THERAPIST])


def test_whoever_asks_many_in_is_asked_again_who_they_are(signed_in, admin, supervisor, asked_each_time):
    browser = signed_in(admin)
    assert upload(browser, GOOD).status_code == 200, "looking needs no proof"
    assert confirm(browser, GOOD).url.startswith(reverse("account_reauthenticate"))
    assert not Invitation.objects.exists()


def come_in(email):
    found = Invitation.objects.get(email=email)
    link = invitations.new_link(found)
    return invitations.accept(invitations.fingerprint(link.rstrip("/").rpartition("/")[2]), password="a" * 20)


@pytest.mark.parametrize("order", [("ida", "leo"), ("leo", "ida")], ids=["supervisor first", "supervisor last"])
def test_two_who_were_asked_in_together_are_supervisor_and_supervisee_whoever_comes_first(admin, supervisor, order):
    people_files.ask_in(GOOD, language="en-gb", by=admin)
    for name in order:
        come_in(f"{name}@clinic.example")
    made = Supervision.objects.get(supervisee__email="leo@clinic.example")
    assert made.supervisor == User.objects.get(email="ida@clinic.example")


def test_one_whom_somebody_else_asks_in_at_this_moment_stops_the_whole_list(admin, supervisor, team, monkeypatch):
    """The rows are looked through; before they are asked in, another admin asks one of them."""
    look_through = people_files.look_through

    def looked(text):
        found = look_through(text)
        facts = {"name": "Mia", "roles": ["therapist"], "team": team, "language": "en-gb"}
        invitations.invite(email="mia@clinic.example", by=admin, **facts)
        return found

    monkeypatch.setattr(people_files, "look_through", looked)
    with pytest.raises(people_files.FileIsWrong) as wrong:
        people_files.ask_in(GOOD, language="en-gb", by=admin)
    assert [(each.line, each.column) for each in wrong.value.problems] == [(4, "email")]
    assert list(Invitation.objects.values_list("email", flat=True)) == []


def test_a_long_list_is_looked_through_by_as_few_questions_as_a_short_one(admin, supervisor, django_assert_num_queries):
    row = "P{n},p{n}@clinic.example,therapist,Riverside Clinic,Adults,sam.lindqvist@clinic.example\n"
    for length in (2, 200):
        text = GOOD.partition("\n")[0] + "\n" + "".join(row.format(n=n) for n in range(length))
        with django_assert_num_queries(4):
            assert len(people_files.look_through(text)) == length
