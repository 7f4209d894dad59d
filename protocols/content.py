"""An edition as plain data. What is copied, edited, compared, checked, handed out and read back is this and no more.

`{"title": …, "steps": [step, …]}`, and a step is

    {"slug", "phase", "outcomes", "captures": [names],
     "title": said, "prompt": said,
     "lines": [said and "not_in": [settings in which it is left out]],
     "own_tasks": [said and "key"],
     "settings": {setting: {"prompt": said, "lines": [said], "captures": [names], "not_asked": [names]}}}

where *said* is `{"en": words, "es": words}`; a language that is missing has not been translated. In a setting, whatever
is not different is left out.
"""

import hashlib
import json

from protocols.editions import TRANSLATED_INTO, WRITTEN_IN, nth
from protocols.models import EditionTranslation, OwnTask, ProtocolStep, Setting, StepTranslation

LANGUAGES = [WRITTEN_IN, *TRANSLATED_INTO]
CODES = ["captures", "not_asked"]  # of a setting, beside its words


def of(version):
    """The whole edition. Three queries."""
    return {"title": version.title, "steps": [step_of(*each) for each in steps_and_words(version)]}


def of_step(version, slug):
    """One step of it; raises ProtocolStep.DoesNotExist."""
    found = next((each for each in steps_and_words(version) if each[0].slug == slug), None)
    if found is None:
        raise ProtocolStep.DoesNotExist(slug)
    return step_of(*found)


def fingerprint(data):
    """The same for the same words, whoever wrote them: whether somebody else has been here since."""
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()[:32]


def steps_and_words(version):
    """Each step with its translations, as (step, {language: translation})."""
    translated = StepTranslation.objects.filter(translation__version=version).select_related("translation")
    words = {}
    for each in translated:
        words.setdefault(each.step_id, {})[each.translation.language] = each
    return [(step, words.get(step.pk, {})) for step in version.steps.prefetch_related("own")]


def step_of(step, words):
    settings = {name: setting_of(step, name, words) for name in Setting.values}
    return {
        "slug": step.slug,
        "phase": step.phase,
        "outcomes": list(step.outcomes),
        "captures": list(step.captures),
        "title": said(step.title, {language: each.title for language, each in words.items()}),
        "prompt": said(step.prompt, {language: each.prompt for language, each in words.items()}),
        "lines": [
            said_at(place, line, {language: each.say_or_do for language, each in words.items()})
            | {"not_in": [name for name in Setting.values if place + 1 in left_out(step, name)]}
            for place, line in enumerate(step.say_or_do)
        ],
        "own_tasks": [said(task.words, task.translations) | {"key": task.key} for task in step.own.all()],
        "settings": {name: found for name, found in settings.items() if found},
    }


def left_out(step, setting):
    return step.by_setting.get(setting, {}).get("without", [])


def setting_of(step, name, words):
    change = step.by_setting.get(name, {})
    prompts = {language: each.prompts.get(name, "") for language, each in words.items()}
    lines = {language: each.variants.get(name, []) for language, each in words.items()}
    found = {code: list(change[code]) for code in CODES if change.get(code)}
    if change.get("prompt"):
        found["prompt"] = said(change["prompt"], prompts)
    if step.variants.get(name):
        found["lines"] = [said_at(place, line, lines) for place, line in enumerate(step.variants[name])]
    return found


def said(written, translated):
    return {WRITTEN_IN: written, **{language: words for language, words in translated.items() if words}}


def said_at(place, written, translated):
    return said(written, {language: nth(lines, place) for language, lines in translated.items()})


def write(version, content):
    """Write the steps of a new edition, in the order they come in. Whoever calls has checked them."""
    translations = {
        language: EditionTranslation.objects.create(version=version, language=language) for language in TRANSLATED_INTO
    }
    for position, data in enumerate(content["steps"], start=1):
        step = ProtocolStep.objects.create(version=version, position=position, **columns_of(data))
        write_words(step, data, translations)
        write_own_tasks(step, data)


def rewrite(version, data):
    """Write one step of a draft anew. Its slug says which."""
    step = version.steps.get(slug=data["slug"])
    for name, value in columns_of(data).items():
        setattr(step, name, value)
    step.save()
    StepTranslation.objects.filter(step=step).delete()
    write_words(step, data, {each.language: each for each in version.translations.all()})
    step.own.all().delete()
    write_own_tasks(step, data)


def write_words(step, data, translations):
    StepTranslation.objects.bulk_create(
        StepTranslation(translation=translation, step=step, **words_in(data, language))
        for language, translation in translations.items()
    )


def write_own_tasks(step, data):
    OwnTask.objects.bulk_create(
        OwnTask(
            step=step,
            position=position,
            key=task["key"],
            words=task[WRITTEN_IN],
            translations={language: task[language] for language in TRANSLATED_INTO if task.get(language)},
        )
        for position, task in enumerate(data["own_tasks"], start=1)
    )


def columns_of(data):
    """A step as its table has it."""
    settings = {name: change_of(data, name) for name in Setting.values}
    return {
        "slug": data["slug"],
        "phase": data["phase"],
        "outcomes": data["outcomes"],
        "captures": data["captures"],
        "title": data["title"][WRITTEN_IN],
        "prompt": data["prompt"][WRITTEN_IN],
        "say_or_do": [line[WRITTEN_IN] for line in data["lines"]],
        "variants": lines_by_setting(data, WRITTEN_IN),
        "by_setting": {name: change for name, change in settings.items() if change},
    }


def change_of(data, name):
    own = data["settings"].get(name, {})
    without = [number for number, line in enumerate(data["lines"], start=1) if name in line["not_in"]]
    prompt = own.get("prompt", {}).get(WRITTEN_IN)
    found = {"prompt": prompt, "without": without, **{code: own.get(code) for code in CODES}}
    return {key: value for key, value in found.items() if value}


def lines_by_setting(data, language):
    found = {
        name: [line.get(language, "") for line in data["settings"].get(name, {}).get("lines", [])]
        for name in Setting.values
    }
    return {name: lines for name, lines in found.items() if lines}


def words_in(data, language):
    """The words of a step in another language, as their table has them; empty where they are missing."""
    prompts = {name: own["prompt"].get(language) for name, own in data["settings"].items() if "prompt" in own}
    return {
        "title": data["title"].get(language, ""),
        "prompt": data["prompt"].get(language, ""),
        "say_or_do": [line.get(language, "") for line in data["lines"]],
        "variants": lines_by_setting(data, language),
        "prompts": {name: words for name, words in prompts.items() if words},
    }


def texts(data):
    """Every text of a step, as (path, words, language): the path leads to it from the step."""
    for name in ("title", "prompt"):
        yield from words_at((name,), data[name])
    for name in ("lines", "own_tasks"):
        for place, each in enumerate(data[name]):
            yield from words_at((name, place), each)
    for setting, own in data["settings"].items():
        yield from words_at(("settings", setting, "prompt"), own.get("prompt", {}))
        for place, each in enumerate(own.get("lines", [])):
            yield from words_at(("settings", setting, "lines", place), each)


def words_at(path, said_words):
    return [((*path, language), said_words[language], language) for language in LANGUAGES if language in said_words]


def untranslated(data, language):
    """How many texts of a step have no words in that language."""
    paths = {path[:-1] for path, _words, _language in texts(data)}
    return len(paths - {path[:-1] for path, words, spoken in texts(data) if spoken == language and words})
