"""Words of the record are read by who holds the key, and only where they stand."""

from contextlib import suppress

import pytest
from django.test import override_settings

from accounts import cipher, keys

HERE = ("sessions_app_client", "reference", "17", "17")
OLD, NEW = {"old": b"o" * 32}, {"new": b"n" * 32}


def under(found):
    return override_settings(DATA_KEYS=found)


def test_what_was_encrypted_is_read_where_it_stands():
    value = cipher.encrypt("Zoë wants to leave – now", about=HERE)
    assert value.startswith("d1.")
    assert "leave" not in value
    assert cipher.decrypt(value, about=HERE) == "Zoë wants to leave – now"


def test_the_same_words_twice_are_two_values():
    assert len({cipher.encrypt("0417", about=HERE) for _ in range(50)}) == 50


@pytest.mark.parametrize("place", range(4))
def test_a_value_moved_to_another_table_column_row_or_owner_is_refused(place):
    value = cipher.encrypt("0417", about=HERE)
    elsewhere = tuple("elsewhere" if at == place else each for at, each in enumerate(HERE))
    with pytest.raises(cipher.WasTampered):
        cipher.decrypt(value, about=elsewhere)


def test_places_that_read_alike_are_not_mixed_up():
    value = cipher.encrypt("0417", about=("a", "b", "1", "23"))
    with pytest.raises(cipher.WasTampered):
        cipher.decrypt(value, about=("a", "b", "12", "3"))


def test_every_changed_byte_and_every_cut_is_found():
    value = cipher.encrypt("0417", about=HERE)
    begin = len("d1.dev.")
    for at in range(begin, len(value) - 2):  # the last characters hold bits that stand for nothing
        other = "A" if value[at] != "A" else "B"
        with pytest.raises(cipher.WasTampered):
            cipher.decrypt(value[:at] + other + value[at + 1 :], about=HERE)
        with pytest.raises(cipher.WasTampered):
            cipher.decrypt(value[:at], about=HERE)


def test_a_value_that_names_another_key_is_refused():
    with under(OLD | NEW):
        value = cipher.encrypt("0417", about=HERE)
        with pytest.raises(cipher.WasTampered):
            cipher.decrypt(value.replace("d1.old.", "d1.new."), about=HERE)


def test_while_keys_change_the_newest_writes_and_both_read():
    with under(OLD):
        before = cipher.encrypt("before", about=HERE)
    with under(NEW | OLD):
        after = cipher.encrypt("after", about=HERE)
        assert (cipher.key_id_of(before), cipher.key_id_of(after)) == ("old", "new")
        assert cipher.decrypt(before, about=HERE) == "before"
        assert cipher.decrypt(after, about=HERE) == "after"


def test_a_lost_key_is_named_and_no_word_is_guessed():
    with under(OLD):
        value = cipher.encrypt("0417", about=HERE)
    with under(NEW), pytest.raises(cipher.KeyIsMissing, match="'old'") as lost:
        cipher.decrypt(value, about=HERE)
    assert lost.value.key_id == "old"
    assert value not in str(lost.value)


def test_a_wrong_key_under_the_right_name_reads_nothing():
    with under(OLD):
        value = cipher.encrypt("0417", about=HERE)
    with under({"old": b"x" * 32}), pytest.raises(cipher.WasTampered):
        cipher.decrypt(value, about=HERE)


def test_what_could_not_be_read_is_counted_also_where_somebody_caught_it():
    with cipher.watched() as seen, suppress(Exception):
        cipher.decrypt("d1.gone.AAAA", about=HERE)
    assert [each.key_id for each in seen] == ["gone"]


def test_a_mark_finds_the_same_reference_whatever_its_case_and_spaces():
    mark = cipher.mark("KX 77", about="reference")
    assert mark == cipher.mark("  kx   77 ", about="reference")
    assert mark != cipher.mark("KX77", about="reference")
    assert mark != cipher.mark("KX 77", about="words")
    assert cipher.mark(" ", about="reference") == ""
    assert len(mark) <= 30


def test_a_mark_is_another_one_under_another_key_and_both_are_looked_for():
    with under(OLD):
        before = cipher.mark("0417", about="reference")
    with under(NEW | OLD):
        assert cipher.marks("0417", about="reference") == [cipher.mark("0417", about="reference"), before]
        assert cipher.mark("0417", about="reference") != before


def test_fingerprints_tell_keys_apart_and_say_nothing_of_them():
    with under(NEW | OLD):
        prints = cipher.fingerprints()
    assert list(prints) == ["new", "old"]
    assert len(set(prints.values())) == 2
    assert not any(key.hex()[:8] in each for key in (b"o" * 32, b"n" * 32) for each in prints.values())


def test_keys_are_read_as_they_are_written():
    made = keys.read(f"{keys.new('k2')}, {keys.new('k1')}\n")
    assert list(made) == ["k2", "k1"]
    assert keys.read(keys.written(made)) == made


@pytest.mark.parametrize("words", ["k1", "k1:", ":AAAA", "k1:???", f"k 1:{'A' * 43}", f"k1:{'A' * 42}"])
def test_keys_that_cannot_be_used_are_refused_without_saying_them(words):
    with pytest.raises(keys.BadKeys) as refused:
        keys.read(words)
    assert "AAAA" not in str(refused.value)
