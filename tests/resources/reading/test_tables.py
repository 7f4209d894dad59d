import codecs

import pytest

HEADING = "Name,Organisation,Phone,Website"
LINE = "Café Zürich,Häfen & Co,(202) 232-6100,https://example.org"


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode(),
        lambda text: codecs.BOM_UTF8 + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-16-le"),
        lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
        lambda text: text.encode("cp1252"),
        lambda text: text.encode("latin-1"),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16", "utf-16 without mark", "utf-16 big", "windows", "latin-1"],
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["unix", "windows lines", "old mac lines"])
def test_a_list_is_read_in_every_usual_encoding_and_with_every_line_end(read, encode, end):
    told = read("list.csv", encode(end.join([HEADING, LINE, ""])))
    assert [(offer.facts["name"], offer.facts["organisation"]) for offer in told.offers] == [
        ("Café Zürich", "Häfen & Co")
    ]
    assert told.offers[0].source_rows == [("list.csv", 2)]


def test_greek_and_cyrillic_lists_are_not_taken_for_western_ones(read):
    name = "Телефон доверия для детей и подростков, круглосуточно и бесплатно"
    text = f'{HEADING}\n"{name}",Министерство здравоохранения,,\n'
    assert read("list.csv", text.encode("cp1251")).offers[0].facts["name"] == name


@pytest.mark.parametrize(("sign", "name"), [(";", "list.csv"), ("\t", "list.tsv"), ("|", "list.txt"), (",", "list")])
def test_the_sign_between_the_cells_is_found(read, sign, name):
    told = read(name, HEADING.replace(",", sign) + "\n" + LINE.replace(",", sign) + "\n")
    assert told.offers[0].facts["contacts"][0]["dial"] == "12022326100"


def test_a_first_line_that_names_the_sign_is_believed(read):
    told = read("list.csv", "sep=;\r\nName;Organisation;Note\r\nNight line;Harbour House;a,b,c\r\n")
    assert told.offers[0].facts["caveats"] == ["a,b,c"]
    assert told.offers[0].source_rows == [("list.csv", 3)]


def test_line_breaks_inside_quotation_marks_do_not_shift_the_lines_that_are_named(read):
    told = read("list.csv", f'{HEADING},Description\n{LINE},"Two\nlines, and ""more"""\n,Nameless,,,\n')
    assert told.offers[0].facts["description"] == 'Two\nlines, and "more"'
    assert told.outcomes == {("list.csv", 2): "used", ("list.csv", 4): "rejected"}


def test_empty_rows_are_counted_as_such(read):
    told = read("list.csv", f"{HEADING}\n\n{LINE}\n,,,\n\n")
    assert [row.outcome for row in told.rows] == ["blank", "used", "blank", "blank"]


def test_rows_that_are_too_wide_are_named_with_their_line_and_not_guessed(read):
    told = read("list.csv", f"{HEADING}\n{LINE},extra\nNight line,Harbour House\n{LINE},,\n")
    assert [row.outcome for row in told.rows] == ["rejected", "warning-used", "used"]
    wide, narrow = [problem for problem in told.problems if problem.code == "ragged"]
    assert (wide.line, str(wide.reason)) == (2, "There are 5 cells in this row and only 4 columns.")
    assert (narrow.line, str(narrow.reason)) == (3, "There are only 2 cells in this row for 4 columns.")


def test_a_number_or_hours_in_a_row_that_lacks_a_cell_are_never_read(read):
    tables = {
        "services.csv": "id,organization_id,name\ns1,o1,Night line\n",
        "organizations.csv": "id,name,description\no1,Harbour House,\n",
        "phones.csv": "id,service_id,location_id,number,type\np1,s1,(202) 232-6100,voice\n",
        "schedules.csv": "id,service_id,weekday,opens_at,closes_at\nh1,s1,9:00,17:00\n",
    }
    told = read("export.zip", tables)
    assert (told.offers[0].facts["contacts"], told.offers[0].facts["schedules"]) == ([], [])
    assert told.outcomes["phones.csv", 2] == told.outcomes["schedules.csv", 2] == "rejected"


def test_a_quotation_mark_that_is_never_closed_costs_one_row_and_not_the_rest(read):
    told = read("list.csv", f'{HEADING}\n"Broken,House,,\n{LINE}\n{LINE.replace("Café", "Bar")}\n')
    assert [row.outcome for row in told.rows] == ["rejected", "used", "used"]
    assert "never closed" in str(told.rows[0].reason)


def test_a_row_that_repeats_another_word_for_word_names_its_line(read):
    told = read("list.csv", f"{HEADING}\n{LINE}\n{LINE}\n")
    assert len(told.offers) == 1
    assert (told.rows[1].outcome, told.rows[1].first_line) == ("duplicate", 2)


def test_two_columns_of_the_same_name_are_told(read):
    told = read("list.csv", "Name,Organisation,Phone,Phone\nNight line,House,(202) 232-6100,(202) 797-8806\n")
    assert [str(each.reason) for each in told.of_files] == ["Two columns are called “Phone”; column 4 is the second."]
    assert [contact["dial"] for contact in told.offers[0].facts["contacts"]] == ["12022326100", "12027978806"]


def test_a_list_without_a_heading_keeps_its_first_entry(read):
    told = read("list.csv", f"{LINE}\n{LINE.replace('Café', 'Bar')}\n")
    assert [str(each.reason) for each in told.of_files] == [
        "The first line does not name the columns: it looks like an entry."
    ]
    assert [offer.facts["name"] for offer in told.offers] == ["Café Zürich", "Bar Zürich"]
    assert told.offers[0].facts["contacts"][0]["dial"] == "12022326100"


def test_zero_bytes_are_left_out_and_told(read):
    told = read("list.csv", f"{HEADING}\n{LINE}\n".replace("Zürich", "Zü\0rich"))
    assert told.offers[0].facts["name"] == "Café Zürich"
    assert [each.code for each in told.of_files] == ["zero-bytes"]


def test_cells_made_harmless_for_spreadsheets_are_read_as_they_were(read):
    told = read("list.csv", f"{HEADING},Description\n'=Night,'@House,'+1 202 232 6100,,'-24 h\n'Quoted',x,,,'tis\n")
    night, quoted = (offer.facts for offer in told.offers)
    assert (night["name"], night["organisation"], night["description"]) == ("=Night", "@House", "-24 h")
    assert night["contacts"][0]["e164"] == "+12022326100"
    assert (quoted["name"], quoted["description"]) == ("'Quoted'", "'tis")


def test_letters_are_composed_and_tags_of_web_pages_taken_out(read):
    told = read(
        "list.csv", f"{HEADING},Description\nCafe\u0301,,,,<p>For <b>all</b> &amp; free</p><p>Call &lt;24h</p>\n"
    )
    assert told.offers[0].facts["name"] == "Caf\u00e9"
    assert told.offers[0].facts["description"] == "For all & free\nCall <24h"
