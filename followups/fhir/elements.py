"""The small parts every resource is made of."""

import re

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
ODD_SPACE = re.compile(r"[^\S \r\n\t]")


def filled(element):
    """The same without whatever is empty: FHIR knows no empty text, list or object, and no null. False and 0 stay."""
    if isinstance(element, dict):
        kept = {name: filled(value) for name, value in element.items()}
        return {name: value for name, value in kept.items() if value not in (None, "", [], {})}
    if isinstance(element, list):
        return [value for value in map(filled, element) if value not in (None, "", [], {})]
    return element


def words(text):
    """Free text as FHIR's string allows it: no control characters, and of all spaces only the usual ones."""
    return ODD_SPACE.sub(" ", CONTROL.sub("", str(text or ""))).strip()


def moment(at, zone):
    """A date and time with its offset, as it stood on the site's wall; None stays None."""
    return at.astimezone(zone).isoformat(timespec="seconds") if at else None


def period(start, end, zone):
    return {"start": moment(start, zone), "end": moment(end, zone)}


def coding(system, code, display):
    return {"system": system, "code": code, "display": display}


def concept(*codings, text=""):
    return {"coding": list(codings), "text": words(text)}


def extension(url, **value):
    """An extension with one value: `extension(url, valueCode="late")`; nothing where the value is empty."""
    return {"url": url, **value} if any(filled(value).values()) else {}
