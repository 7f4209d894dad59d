"""What the trail knows of the request under way: where it came from, and whom its answer shows.

Which rows stand for whom, the rooms above say once (`stands_for`). From then on every such row that is read while a
request is answered is noted here by itself, so that no page can show somebody and keep quiet about it: what a view
forgets to say, the middleware writes when the answer is ready.
"""

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.db.models.signals import post_init
from django.utils.crypto import salted_hmac

from accounts.addresses import client_address

#: {model: [(kind, name of the attribute that holds the id)]}, as in (FollowUp: [("departure", "departure_id")]).
STANDS_FOR = {}
MARK = "audit_device"  # in a session that got another key
SYMBOLS = 16  # of the mark of a sign-in: enough that no two are alike, and nothing to sign in with


@dataclass
class Opening:
    """One request. `shown` are the keys of rows that were read, `told` those that entries of it name already."""

    request: object
    why: str = ""
    shown: set = field(default_factory=set)
    told: set = field(default_factory=set)
    views: list = field(default_factory=list)

    def origin(self):
        """Where from: the columns of an entry."""
        return {"address": client_address(self.request), "device": self.device, "why": self.why}

    @property
    def device(self):
        """The sign-in it belongs to, by a mark that tells nobody its key; empty for somebody signed out."""
        session = getattr(self.request, "session", None)
        return "" if session is None else mark_of(session)


def mark_of(session):
    kept, key = session.get(MARK), session.session_key
    return kept or (salted_hmac("audit device", key).hexdigest()[:SYMBOLS] if key else "")


def keep_mark(session):
    """From now on the session has the mark it has, whatever its key will be."""
    session[MARK] = mark_of(session)


current = ContextVar("opening", default=None)


@contextmanager
def opened(request):
    """While it lasts, entries say where from, and what is read is noted."""
    opening = Opening(request)
    token = current.set(opening)
    try:
        yield opening
    finally:
        current.reset(token)


def say_why(code):
    """From now on each entry of this request gives `code` as the reason: a code or an id, at most 40 characters."""
    if opening := current.get():
        opening.why = code


def origin():
    """Where the request under way comes from, as columns of an entry; nothing for what the house does by itself."""
    opening = current.get()
    return opening.origin() if opening else {}


def stands_for(model, kind, attribute):
    """From now on a row of `model` that is read is noted as being about the `kind` whose id is in `attribute`."""
    known = STANDS_FOR.setdefault(model, [])
    if (kind, attribute) not in known:
        known.append((kind, attribute))
    post_init.connect(note, sender=model, dispatch_uid=f"whom {model._meta.label} stands for")


def note(instance, **_):
    if opening := current.get():
        opening.shown |= own_keys(instance)


def own_keys(row):
    """Whom the row names itself, as keys such as client:12. Asks the database for nothing."""
    held = vars(row) if row is not None else {}
    return {f"{kind}:{held[name]}" for kind, name in STANDS_FOR.get(type(row), []) if held.get(name) is not None}


def keys_of(subject, facts):
    """Whom an entry is about: the subject and what was read with it, and clients that the facts name."""
    keys = own_keys(subject)
    for related in subject._state.fields_cache.values():
        keys |= own_keys(related)
    named = [facts.get("client"), *(facts.get("clients") or [])]
    return keys | {f"client:{pk}" for pk in named if pk is not None}


def shows_nobody(view):
    """Mark a view whose answer carries nothing about a client, whatever rows it reads to make it."""
    view.shows_nobody = True
    return view
