"""What a password may be, after NIST SP 800-63B-4: long, not widely used, not about the person. No other rule."""

import re
import unicodedata
from itertools import pairwise

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

PRODUCT = {"doorway"}
LEFT_MUST_BE = 8  # characters beside what somebody who knows the person would try first
SHORTEST_WORD = 4
LOOKED_AT = 128  # characters: nothing that many people use is longer
DIFFERENT = 5  # characters that a password has at least
STEPS = {-1, 0, 1}  # from one character to the next in 1234, dcba and aaaa


def normal(password):
    """The same text however a keyboard made it (NFKC): what is hashed, and compared, is this."""
    return unicodedata.normalize("NFKC", password)


def words_of(text):
    return {word for word in re.split(r"[\W_]+", normal(text).casefold()) if len(word) >= SHORTEST_WORD}


class NotKnownHere:
    """Refuses what is mostly the names of the product, the organisation, the team or the person."""

    def validate(self, password, user=None):
        left = plain = re.sub(r"[\W_]+", "", normal(password).casefold())
        for word in sorted(PRODUCT | words_about(user), key=len, reverse=True):
            left = left.replace(word, "")
        if left != plain and len(left) < LEFT_MUST_BE:
            raise ValidationError(
                _("It is mostly your name, your workplace or Doorway. Add words that have nothing to do with them."),
                code="password_is_known_here",
            )

    def get_help_text(self):
        return _("Not your name, your workplace or Doorway.")


def words_about(user):
    """Words that stand for the person: name, address, and team and site where they have one."""
    if user is None:
        return set()
    place = (user.team.name, user.site.name) if user.team_id else ()
    return set().union(*map(words_of, (user.name, user.email, *place)))


class NotWidelyUsed(CommonPasswordValidator):
    """Refuses the 20,000 passwords that are used most, two of them in a row, and what only repeats or counts."""

    def validate(self, password, user=None):
        plain = normal(password).casefold().strip()
        if self.is_common(plain) or is_monotonous(plain):
            raise ValidationError(
                _("Many people use this one, so it is tried first. Three or four words of your own are better."),
                code="password_too_common",
            )

    def is_common(self, plain):
        """It, each part of two, or what it repeats is on the list."""
        plain = plain[:LOOKED_AT]
        halves = any({plain[:at], plain[at:]} <= self.passwords for at in range(1, len(plain)))
        return plain in self.passwords or halves or repeated(plain) in self.passwords

    def get_help_text(self):
        return _("Not one that many people use.")


def repeated(text):
    """The shortest text that makes `text` when it is said again and again; `text` itself where nothing is repeated."""
    return text[: (text + text).find(text, 1)] if text else ""


def is_monotonous(text):
    """Few different characters, or nearly all one step from the last."""
    steps = [ord(after) - ord(before) for before, after in pairwise(text)]
    return len(set(text)) < DIFFERENT or sum(step in STEPS for step in steps) > len(steps) * 0.8
