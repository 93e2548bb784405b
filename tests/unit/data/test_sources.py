"""Reading raw folders in both formats, and what is said when they cannot be read."""

from pathlib import Path

import pytest

from bakeoff.data.documents import Document
from bakeoff.data.sources import choose_source
from bakeoff.errors import DataError
from tests.support.small_data import SmallData, write_atomic, write_csv


def documents(folder: Path) -> dict[str, Document]:
    return {document.item_id: document for document in choose_source(folder).read(folder).documents}


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_csv_films_carry_title_year_genres_people_and_plot(movielens: Path) -> None:
    assert documents(movielens)["5"] == Document(
        item_id="5",
        title="The Drama of Number 5",
        year=1955,
        genres=("Drama",),
        directors=("Drama Director 2",),
        writers=("Drama Writer 0",),
        actors=("Drama Actor 5", "Actor 5"),
        plot="A drama about the drama of number 5, directed by Drama Director 2.",
    )


def test_atomic_films_carry_entity_ids_as_names_and_facts_from_both_sides_once(atomic: Path) -> None:
    assert documents(atomic)["5"] == Document(
        item_id="5",
        title="The Drama of Number 5",
        year=1955,
        genres=("Drama",),
        directors=("m.drama_director_2",),
        writers=("m.drama_writer_0",),
        actors=("m.drama_actor_5", "m.actor_5"),
        plot="",
    )


@pytest.mark.parametrize("write", [write_atomic, write_csv])
def test_interactions_have_one_shape_whatever_the_format(tmp_path: Path, data: SmallData, write: object) -> None:
    assert callable(write)
    folder = write(tmp_path, data)
    frame = choose_source(folder).read(folder).interactions
    assert list(frame.columns) == ["user", "item", "value", "timestamp", "row"]
    first = frame.iloc[0]
    rating = data.ratings[0]
    assert (first["user"], first["item"], first["value"], first["timestamp"], first["row"]) == (
        rating.user,
        rating.item,
        rating.value,
        rating.timestamp,
        2,
    )
    assert len(frame) == len(data.ratings)


def test_two_films_linked_to_one_entity_both_have_its_people(atomic: Path) -> None:
    replace(atomic / "small.link", "6\tm.film6\n", "6\tm.film5\n")
    films = documents(atomic)
    assert films["6"].directors == films["5"].directors == ("m.drama_director_2",)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ('"Heat (1995) "', ("Heat", 1995)),
        ("Babylon 5", ("Babylon 5", 1951)),
        ("Fawlty Towers (1975-1979)", ("Fawlty Towers", 1975)),
        ("2001: A Space Odyssey (1968)", ("2001: A Space Odyssey", 1968)),
        ("Seven (a.k.a. Se7en) (1995)", ("Seven (a.k.a. Se7en)", 1995)),
    ],
)
def test_year_is_taken_from_the_title_or_from_the_imdb_table(
    movielens: Path, title: str, expected: tuple[str, int]
) -> None:
    replace(movielens / "movies.csv", "The Drama of Number 1 (1951)", title)
    film = documents(movielens)["1"]
    assert (film.title, film.year) == expected


def test_unknown_year_and_genre_are_empty(atomic: Path) -> None:
    replace(atomic / "small.item", "\t1951\tDrama\n", "\tunkonwn\tunknown\n")
    assert (documents(atomic)["1"].year, documents(atomic)["1"].genres) == (None, ())


def test_film_without_a_match_keeps_what_movies_csv_says(movielens: Path) -> None:
    replace(movielens / "links.csv", "5,0001005,5", "5,,5")
    film = documents(movielens)["5"]
    assert (film.title, film.genres, film.directors, film.plot) == ("The Drama of Number 5", ("Drama",), (), "")


def test_imdb_numbers_match_without_leading_zeros(movielens: Path) -> None:
    replace(movielens / "links.csv", "5,0001005,5", "5,1005,5")
    assert documents(movielens)["5"].directors == ("Drama Director 2",)


def test_catalogue_rows_without_or_with_a_repeated_id_are_rejects(movielens: Path) -> None:
    replace(movielens / "movies.csv", "\n5,", "\n4,")
    replace(movielens / "movies.csv", "\n7,", "\n,")
    raw = choose_source(movielens).read(movielens)
    assert raw.rejects.to_dict("records") == [
        {"file": "movies.csv", "row": 6, "reason": "duplicate item id", "value": "4"},
        {
            "file": "movies.csv",
            "row": 8,
            "reason": "missing item id",
            "value": pytest.approx(float("nan"), nan_ok=True),
        },
    ]
    assert "5" not in {document.item_id for document in raw.documents}


def test_all_missing_files_and_columns_are_named_at_once(movielens: Path) -> None:
    (movielens / "links.csv").unlink()
    (movielens / "movies.csv").unlink()
    replace(movielens / "ratings.csv", "userId,movieId,rating,timestamp", "user,movieId,stars,timestamp")
    replace(movielens / "IMDb movies.csv", "description", "plot")
    with pytest.raises(DataError) as raised:
        choose_source(movielens).read(movielens)
    told = str(raised.value)
    assert "ratings.csv lacks the columns userId, rating; its first line has user, movieId, stars, timestamp." in told
    assert "movies.csv is missing" in told
    assert "links.csv is missing" in told
    assert "IMDb movies.csv lacks the column description" in told


def test_line_with_too_many_fields_is_named(movielens: Path, data: SmallData) -> None:
    replace(movielens / "ratings.csv", f",{data.ratings[3].timestamp}\n", f",{data.ratings[3].timestamp},extra\n")
    with pytest.raises(DataError, match=r"ratings\.csv cannot be read as a table: .*line \d+, saw 5"):
        choose_source(movielens).read(movielens)


def test_first_line_with_too_many_fields_is_refused_too(tmp_path: Path, data: SmallData) -> None:
    folder = write_csv(tmp_path, data)
    (folder / "ratings.csv").write_text("userId,movieId,rating,timestamp\n1,1,4.0,5,6\n1,2,4.0,5,6\n")
    with pytest.raises(DataError, match=r"ratings\.csv cannot be read as a table"):
        choose_source(folder).read(folder)


def test_other_encodings_are_refused(movielens: Path) -> None:
    (movielens / "movies.csv").write_bytes("movieId,title,genres\n1,Amélie (2001),Comedy\n".encode("latin-1"))
    with pytest.raises(DataError, match=r"movies\.csv is not UTF-8"):
        choose_source(movielens).read(movielens)


def test_a_first_line_that_is_no_header_is_refused(movielens: Path) -> None:
    (movielens / "ratings.csv").write_text(f"userId,{'a' * 200_000}\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"ratings\.csv has a first line that is no header"):
        choose_source(movielens).read(movielens)


def test_folder_without_interactions_names_both_formats_and_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(DataError, match=r"there is notes\.txt.*\.inter.*or the MovieLens files ratings\.csv"):
        choose_source(tmp_path)


def test_folder_with_both_formats_is_refused(movielens: Path, data: SmallData) -> None:
    write_atomic(movielens, data)
    with pytest.raises(DataError, match="several formats"):
        choose_source(movielens)


def test_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nowhere does not exist"):
        choose_source(tmp_path / "nowhere")
