"""What a row of a known table must say, and how its single values must be written."""

from functools import partial

from django.utils.translation import gettext_lazy as _

from resources.reading import values
from resources.reading.problems import REJECTED, WARNING, Fault

#: Table -> column -> what is lost without it. A row that lacks one of these is rejected.
REQUIRED = {
    "service": {"name": _("The service has no name.")},
    "organization": {"name": _("The organisation has no name.")},
    "program": {"name": _("The programme has no name.")},
    "taxonomy_term": {"name": _("The category has no name.")},
    "phone": {"number": _("There is no number.")},
}
OHANA_REQUIRED = {
    "location": {"name": _("The location has no name.")},
    "contact": {"name": _("The contact has no name.")},
    "address": {"address_1": _("The address has no street."), "city": _("The address has no city.")},
    "postal_address": {"address_1": _("The mail address has no street."), "city": _("The mail address has no city.")},
    "schedule": {
        "weekday": _("The hours have no weekday."),
        "opens_at": _("The hours do not say when it opens."),
        "closes_at": _("The hours do not say when it closes."),
    },
    "holiday_schedule": {
        "start_date": _("The holiday has no first day."),
        "end_date": _("The holiday has no last day."),
        "closed": _("The holiday does not say whether it is closed."),
    },
}
FILL_IN = _("Fill it in, or take the row out.")
WITH_STATES = {"US", "CA", "AU"}
WITH_POSTCODES = WITH_STATES | {"GB", "DE", "FR", "NL", "ES", "NZ"}
TIMES = ("opens_at", "closes_at")


def check(row, *, layout, country, month_first):
    """Note at `row` what is wrong with its values, and put those that can be read in their usual form."""
    required = REQUIRED.get(row.kind, {})
    if layout == "ohana":
        required = required | OHANA_REQUIRED.get(row.kind, {})
    for column, reason in required.items():
        if not row.get(column) and not row.is_out:
            row.reject(Fault("missing", reason, FILL_IN), column)
    for column, read in readers(row.kind, month_first).items():
        if row.get(column):
            taken(row, column, read)
    lost_zeros(row)
    if further := FURTHER.get(row.kind):
        further(row, layout=layout, country=country)


def readers(kind, month_first):
    """How the columns of a table are read."""
    day = partial(values.day, month_first=month_first)
    return {
        "organization": {"email": values.email, "website": values.link, "date_incorporated": day,
                         "is_confidential": flag},
        "service": {"email": values.email, "url": values.link, "minimum_age": values.age, "maximum_age": values.age,
                    "assured_date": day, "last_modified": day, "status": values.status},
        "location": {"email": values.email, "latitude": partial(values.coordinate, most=90),
                     "longitude": partial(values.coordinate, most=180), "is_confidential": flag},
        "contact": {"email": values.email, "is_confidential": flag},
        "address": {"country": values.country, "is_confidential": flag},
        "postal_address": {"country": values.country, "is_confidential": flag},
        "phone": {"is_confidential": flag},
        "holiday_schedule": {"start_date": day, "end_date": day, "opens_at": values.clock, "closes_at": values.clock},
        "schedule": {"valid_from": day, "valid_to": day},
    }.get(kind, {})  # fmt: skip


def flag(text):
    """A flag as yes or empty, so that it can be asked for like a text."""
    is_set, fault = values.yes(text)
    return "yes" if is_set else "", fault


def taken(row, column, read):
    value, fault = read(row.get(column))
    if fault:
        row.add(fault, column)
    row.values[column] = "" if value is None else value


def lost_zeros(row):
    """A workbook keeps numbers without the zeros they begin with; nobody can tell whether there were any."""
    for column in row.numeric & {"number", "postal_code", "extension", "phone", "text", "tty", "whatsapp"}:
        reason = _("The workbook keeps this cell as a number: zeros at its front are lost.")
        row.add(Fault("number-cell", reason, _("Format the column as text and type it again."), WARNING), column)


def check_address(row, *, layout, country):
    """What an address lacks. An address without street and city says nothing at all."""
    where = row.get("country") or country
    if row.is_out or not (row.get("address_1") and row.get("city")):
        if not row.is_out and (row.get("address_1") or row.get("city")):
            column = "city" if row.get("address_1") else "address_1"
            row.add(
                missing(_("The address has no city.") if column == "city" else _("The address has no street.")), column
            )
        return
    if where in WITH_STATES and not row.get("state_province") and not row.get("region"):
        row.add(missing(_("The address has no state.")), "state_province")
    if where in WITH_POSTCODES and not row.get("postal_code"):
        row.add(missing(_("The address has no postcode.")), "postal_code")


def missing(reason):
    return Fault("missing", reason, _("Fill it in."), WARNING)


def check_phone(row, *, layout, country):
    if layout == "ohana" and not row.get("type") and not row.is_out:
        reason = _("It is not said whether this is a voice or a fax number; it was taken as voice.")
        row.add(Fault("missing", reason, _("Write voice, fax, tty or sms."), WARNING), "type")


def check_service(row, *, layout, country):
    youngest, oldest = row.get("minimum_age"), row.get("maximum_age")
    if isinstance(youngest, int) and isinstance(oldest, int) and youngest > oldest:
        reason = _("The lowest age is above the highest; neither was taken.")
        row.add(Fault("age", reason, _("Write the lower one first.")), "minimum_age", f"{youngest}-{oldest}")
        row.values["minimum_age"] = row.values["maximum_age"] = ""


def check_schedule(row, *, layout, country):
    """Opening times as HH:MM. Some programs write them where the days of a rule belong: they are put back."""
    for wrong_place, column in (("dtstart", "opens_at"), ("until", "closes_at")):
        if not row.get(column) and (found := row.get(wrong_place)) and not values.clock(found)[1]:
            row.values[column] = row.values.pop(wrong_place)
    if values.WHOLE_DAY.match(str(row.get("opens_at"))):
        row.values.update(opens_at="00:00", closes_at="23:59")
    for column in TIMES:
        if row.get(column) and not row.is_out:
            read, fault = values.clock(row.get(column))
            if fault:
                row.reject(fault, column)
            row.values[column] = read


def check_holiday(row, *, layout, country):
    if row.is_out:
        return
    faulty = [column for column in ("start_date", "end_date") if not row.get(column)]
    if faulty and row.problems:
        row.outcome, row.reason = REJECTED, row.problems[0].reason
    elif not values.yes(row.get("closed"))[0] and not (row.get("opens_at") and row.get("closes_at")):
        column = "closes_at" if row.get("opens_at") else "opens_at"
        row.reject(Fault("missing", _("The day is not closed, and its hours are not complete."), FILL_IN), column)


FURTHER = {
    "address": check_address,
    "postal_address": check_address,
    "phone": check_phone,
    "service": check_service,
    "schedule": check_schedule,
    "holiday_schedule": check_holiday,
}
