"""What a device calls itself, in two words a person knows it by. Only ever shown, never decided by."""

from django.utils.translation import gettext as _

#: Each browser also names those it descends from, so the order matters: the first that is found counts.
BROWSERS = [("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("FxiOS", "Firefox")]
BROWSERS += [("SamsungBrowser", "Samsung"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari")]
SYSTEMS = [("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "Chromebook")]
SYSTEMS += [("Windows", "Windows"), ("Mac OS X", "Mac"), ("Linux", "Linux")]


def parts(user_agent):
    """(browser, system), each one of the names above or ""."""
    return first(BROWSERS, user_agent), first(SYSTEMS, user_agent)


def first(names, user_agent):
    return next((name for mark, name in names if mark in user_agent), "")


def words(browser, system):
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("a device that does not say what it is")
