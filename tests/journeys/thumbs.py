"""What a therapist's thumbs do on the live page, in story after story."""

import re

PLANNED_FOR = {
    "immediate": "immediate",
    "elevated": "elevated",
    "some_concern": "some concern",
    "none_identified": "none identified",
    "unable_to_assess": "unable to assess",
}


def client_is_leaving(window):
    window.go("/")
    window.click("Client is leaving")
    window.sees("0 of 11")


def set_level(window, level):
    """Say how soon we must act, and see the plan for it."""
    window.tab.locator(f"#level-{level}").click()
    sees_plan_for(window, level)


def sees_plan_for(window, level):
    window.tab.locator("#plan").get_by_text(f"For level “{PLANNED_FOR[level]}”").wait_for()


def open_step(window, slug):
    """Open a step, wherever the page shows it by now."""
    step = window.tab.locator(f"#{slug}")
    step.wait_for(state="attached")
    for fold in ("#answered", "details.card:has(#express-empathy)"):
        if not step.is_visible() and (found := window.tab.locator(fold)).count():
            found.locator("> summary").click()
    if step.locator("> details").get_attribute("open") is None:
        step.locator("> details > summary").click()
    return step


def note(window, slug, answers):
    """Note more at a step: `{"What is the concern about?": ["Impaired or driving"], "Why, in a line": "…"}`."""
    step = open_step(window, slug)
    step.get_by_text("Note more").click()
    form = window.tab.locator(f"#{slug}-noted form")
    form.wait_for()
    for label, value in answers.items():
        fill_in(form, label, value)
    form.get_by_role("button", name="Save these notes").click()
    form.wait_for(state="detached")


def fill_in(form, label, value):
    if isinstance(value, list):
        for each in value:
            form.get_by_role("group", name=label).get_by_label(each, exact=True).check()
        return
    field = form.get_by_label(label, exact=True)
    if field.evaluate("field => field.tagName") == "SELECT":
        field.select_option(label=value)
    else:
        field.fill(value)


def ends(window, button, *, heading):
    """Tap how it ended; the page says so on top."""
    window.tab.locator("main, .dock").get_by_role("button", name=button).click()
    window.tab.get_by_role("heading", level=1, name=heading).wait_for()
    window.settle()


def is_one_more_tap(window, name):
    """After *Safety* in the dock, this stands on the screen and not under the dock: the second tap."""
    window.tab.locator(".dock").get_by_role("link", name="Safety").click()
    place = window.tab.locator(".help-now:visible").get_by_text(name).first
    place.wait_for()
    box, screen = place.bounding_box(), window.tab.viewport_size
    return 0 <= box["y"] < screen["height"] - 90


def shows_clock_since(window, words):
    """The minutes since something happened, beside its words."""
    clock = window.tab.get_by_text(words).locator("xpath=ancestor-or-self::*[.//*[@data-since]][1]//*[@data-since]")
    return re.fullmatch(r"\((just now|.* ago)\)", clock.first.inner_text()) is not None


def write_and_sign(window, *, account, reason="Strong feelings", author_state="Steady"):
    """The report in a few words, signed."""
    window.tab.get_by_label(reason).check()
    window.tab.get_by_label("What happened?").fill(account)
    window.click("Continue")
    window.sees("Check your report before you send it")
    window.tab.get_by_label(author_state, exact=True).check()
    window.click("Sign and send")
    window.sees("Sent. ")


def contacts_of(departure):
    """Open tasks that contact the client."""
    return departure.follow_ups.open().exclude(channel="")


def noted(departure):
    """What stands noted, as {name: value}."""
    return {fact.name: fact.value for fact in departure.captured_facts.current()}
