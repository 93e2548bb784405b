"""The catalogue: documents from either format, joins and entries, the users' columns, and what is missing."""

from pathlib import Path

import pytest

from bakeoff.data import layout
from bakeoff.data.documents import Document
from bakeoff.data.prepared import Prepared
from bakeoff.data.run import prepare_folder
from bakeoff.data.settings import PreparationSettings
from bakeoff.errors import DataError
from tests.support.events import random_events, shop_settings, write_raw
from tests.support.small_data import SmallData, write_atomic

SETTINGS = PreparationSettings(dataset="small")


def prepare(raw: Path) -> Prepared:
    prepare_folder(raw, raw.parent / "prepared", SETTINGS)
    return Prepared.open(raw.parent / "prepared")


def documents(raw: Path) -> dict[str, Document]:
    return {document.item_id: document for document in prepare(raw).documents()}


def replace(path: Path, *changes: tuple[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


def test_csv_films_carry_title_year_genres_people_and_plot(prepared: Prepared) -> None:
    films = {document.item_id: document for document in prepared.documents()}
    assert films["5"] == Document(
        item_id="5",
        title="The Drama of Number 5",
        year=1955,
        genres=("Drama",),
        directors=("Drama Director 2",),
        writers=("Drama Writer 0",),
        actors=("Drama Actor 5", "Actor 5"),
        plot="A drama about the drama of number 5, directed by Drama Director 2.",
    )


def test_atomic_films_carry_entity_ids_as_names_facts_from_both_sides_once_and_linked_films_share_them(
    atomic: Path,
) -> None:
    replace(atomic / "small.link", ("6\tm.film6\n", "6\tm.film5\n"))
    replace(atomic / "small.item", ("\t1951\tDrama\n", "\tunkonwn\tunknown\n"))
    films = documents(atomic)
    assert films["5"] == Document(
        item_id="5",
        title="The Drama of Number 5",
        year=1955,
        genres=("Drama",),
        directors=("m.drama_director_2",),
        writers=("m.drama_writer_0",),
        actors=("m.drama_actor_5", "m.actor_5"),
        plot="",
    )
    assert films["6"].directors == films["5"].directors
    assert films["7"].directors == ("m.western_director_1",)
    assert (films["1"].year, films["1"].genres) == (None, ())


def test_year_is_taken_from_the_title_else_from_the_joined_table_which_matches_without_leading_zeros(
    movielens: Path,
) -> None:
    replace(
        movielens / "movies.csv",
        ("The Drama of Number 1 (1951)", '"Heat (1995) "'),
        ("The Horror of Number 2 (1952)", "Babylon 5"),
        ("The Western of Number 3 (1953)", "Fawlty Towers (1975-1979)"),
        ("The Comedy of Number 4 (1954)", "2001: A Space Odyssey (1968)"),
        ("The Drama of Number 5 (1955)", "Seven (a.k.a. Se7en) (1995)"),
    )
    replace(movielens / "links.csv", ("2,0001002,2", "2,1002,2"), ("7,0001007,7", "7,,7"))
    films = documents(movielens)
    assert [(films[item].title, films[item].year) for item in "12345"] == [
        ("Heat", 1995),
        ("Babylon 5", 1952),
        ("Fawlty Towers", 1975),
        ("2001: A Space Odyssey", 1968),
        ("Seven (a.k.a. Se7en)", 1995),
    ]
    assert films["2"].directors == ("Horror Director 2",)
    unmatched = films["7"]
    assert (unmatched.title, unmatched.genres, unmatched.directors, unmatched.plot) == (
        "The Western of Number 7",
        ("Western",),
        (),
        "",
    )


def test_of_several_rows_of_a_joined_table_with_one_key_the_first_counts(movielens: Path) -> None:
    with (movielens / "IMDb movies.csv").open("a", encoding="utf-8") as table:
        table.write("tt0001005,Another,1999,Nobody,Nobody,Nobody,Another plot\n")
    film = documents(movielens)["5"]
    assert (film.directors, film.year) == (("Drama Director 2",), 1955)


def test_all_missing_files_and_columns_are_named_at_once(movielens: Path) -> None:
    (movielens / "links.csv").unlink()
    (movielens / "movies.csv").unlink()
    replace(movielens / "ratings.csv", ("userId,movieId,rating,timestamp", "user,movieId,stars,timestamp"))
    with pytest.raises(DataError) as raised:
        prepare(movielens)
    told = str(raised.value)
    assert "ratings.csv lacks the columns userId, rating; its first line has user, movieId, stars, timestamp." in told
    assert "If user is userId, rename it in ratings.csv or in the mapping." in told
    assert "movies.csv is missing; put it there." in told
    assert "links.csv is missing; put it there." in told


def test_column_of_a_field_that_no_file_of_the_items_has_is_named(movielens: Path) -> None:
    replace(movielens / "IMDb movies.csv", ("description", "plot"))
    with pytest.raises(DataError, match="lack the column description, which the mapping movielens-imdb names"):
        prepare(movielens)


def test_folder_without_interactions_names_every_format_and_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "notes.txt").write_text("x")
    with pytest.raises(DataError, match=r"there is notes\.txt.*\.inter.*ratings\.csv, movies\.csv"):
        prepare(tmp_path / "raw")


def test_folder_with_both_formats_is_refused(movielens: Path, data: SmallData) -> None:
    write_atomic(movielens, data)
    with pytest.raises(DataError, match="several formats"):
        prepare(movielens)


def test_two_files_for_one_source_are_named(atomic: Path, data: SmallData) -> None:
    write_atomic(atomic, data, name="other")
    with pytest.raises(DataError, match=r"\*\.item is 2 files: other\.item, small\.item; leave one\."):
        prepare(atomic)


def test_an_optional_file_of_users_may_be_missing(atomic: Path) -> None:
    (atomic / "small.user").unlink()
    prepared = prepare(atomic)
    assert len(prepared.users) > 0
    assert not (prepared.folder / layout.PERSONALIZE_METADATA.format("users")).exists()


def test_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nowhere does not exist"):
        prepare(tmp_path / "nowhere")


def test_users_without_a_usable_id_or_with_a_repeated_one_are_rejected_and_the_first_row_counts(tmp_path: Path) -> None:
    mapping = write_raw(tmp_path / "raw", random_events(6))
    with (tmp_path / "raw" / "customers.csv").open("a", encoding="utf-8") as customers:
        customers.write(f',30,Nowhere\n0,99,Elsewhere\n{"9" * 257},30,Far\n"a\tb",30,Tab\n1,2,3,4\nnobody,30,Unseen\n')
    manifest = prepare_folder(tmp_path / "raw", tmp_path / "prepared", shop_settings(mapping))
    del manifest["rejects"]["older duplicate of user and item"]
    assert manifest["rejects"] == {
        "duplicate user id": 1,
        "malformed user id": 1,
        "missing user id": 1,
        "user id too long": 1,
        "wrong number of fields": 1,
    }
    lines = (tmp_path / "prepared" / layout.PERSONALIZE_METADATA.format("users")).read_text(encoding="utf-8")
    assert "\n0,20.0,City 0\n" in lines
    assert "nobody" not in lines, "nothing is known of what nobody did"
