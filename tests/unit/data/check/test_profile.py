"""The facts against a count by hand, on the small data set."""

from collections import Counter, defaultdict
from pathlib import Path

import ibis
import numpy as np
import pytest
from scipy.stats import spearmanr

from bakeoff.data.check import aggregates
from bakeoff.data.check.columns import is_telling, rank_correlation
from bakeoff.data.check.profile import activity, popularity
from bakeoff.data.check.run import Report
from bakeoff.data.check.timeline import timeline
from tests.support.small_data import DAY, FILMS, UNRATED_FILMS, USERS, SmallData
from tests.unit.data.check.conftest import Checked


def test_files_interactions_and_items_are_counted(report: Report, data: SmallData) -> None:
    facts = report.profile
    assert [(file.name, file.rows, file.rejected) for file in facts.files] == [
        ("ratings.csv", len(data.ratings), 0),
        ("movies.csv", FILMS, 0),
        ("links.csv", FILMS, 0),
        ("IMDb movies.csv", FILMS, 0),
    ]
    assert facts.files[2].unread == ("tmdbId",)
    assert (facts.interactions, facts.repeats, facts.rejects) == (len(data.ratings), 0, ())
    assert (facts.popularity.items, facts.popularity.rated) == (FILMS, FILMS - UNRATED_FILMS)


def test_activity_is_that_of_the_users(report: Report, data: SmallData) -> None:
    counts = sorted(Counter(rating.user for rating in data.ratings).values())
    facts = report.profile.activity
    assert (facts.users, facts.least, facts.most) == (USERS, counts[0], counts[-1])
    assert facts.median == counts[USERS // 2 - 1]
    assert facts.p90 == counts[int(0.9 * USERS) - 1]
    assert (facts.below, facts.with_two) == (sum(n < 5 for n in counts), sum(n >= 2 for n in counts))


def test_the_power_law_is_that_of_the_items(report: Report, data: SmallData) -> None:
    counts = sorted(Counter(rating.item for rating in data.ratings).values())
    total, n = sum(counts), len(counts)
    differences = sum(abs(one - other) for one in counts for other in counts)
    facts = report.profile.popularity
    assert facts.top_1 == pytest.approx(counts[-1] / total)
    assert facts.top_10 == pytest.approx(sum(counts[-(n // 10) :]) / total)
    assert facts.gini == pytest.approx(differences / (2 * n * total))


def test_time_and_drift_are_those_of_the_interactions(report: Report, data: SmallData) -> None:
    facts = report.profile.timeline
    assert facts is not None
    times = sorted(rating.timestamp for rating in data.ratings)
    assert (facts.oldest, facts.newest) == (times[0], times[-1])
    assert sum(n for _, n in facts.buckets) == len(times)
    assert facts.buckets[0][0] == "2001-09"
    first: dict[str, int] = {}
    for rating in data.ratings:
        first[rating.item] = min(first.get(rating.item, rating.timestamp), rating.timestamp)
    border = times[0] + 0.9 * (times[-1] - times[0])
    assert facts.new_items == pytest.approx(sum(at > border for at in first.values()) / len(first))
    middle = times[len(times) // 2] // DAY * DAY
    early = Counter(rating.item for rating in data.ratings if rating.timestamp < middle)
    late = Counter(rating.item for rating in data.ratings if rating.timestamp >= middle)
    assert facts.top == min(100, len(early), len(late))
    assert facts.overlap is not None
    assert 0 < facts.overlap <= 1


def test_coverage_counts_items_and_their_interactions(movielens: Path, data: SmallData, checked: Checked) -> None:
    path = movielens / "IMDb movies.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[: 1 + FILMS // 2]), encoding="utf-8")
    known = {str(number) for number in range(1, FILMS // 2 + 1)}
    rated = sum(rating.item in known for rating in data.ratings) / len(data.ratings)
    facts = checked(movielens).profile
    links, imdb = facts.joins
    assert (links.name, links.items, links.interactions) == ("links.csv", 1.0, 1.0)
    assert (imdb.name, imdb.items) == ("IMDb movies.csv", 0.5)
    assert imdb.interactions == pytest.approx(rated)
    by_field = {entry.name: entry for entry in facts.fields}
    assert (by_field["title"].items, by_field["plot"].items) == (1.0, 0.5)
    assert by_field["plot"].interactions == pytest.approx(rated)
    assert list(by_field) == ["title", "year", "genres", "directors", "actors", "plot"]


def test_rejects_have_up_to_three_samples(movielens: Path, checked: Checked) -> None:
    path = movielens / "ratings.csv"
    with path.open("a", encoding="utf-8") as lines:
        lines.writelines(f"{user},1,nine,1000000000\n" for user in range(1, 6))
        lines.write("1,999,4.0,1000000000\n")
    facts = checked(movielens).profile
    assert {(entry.file, entry.reason, entry.n) for entry in facts.rejects} == {
        ("ratings.csv", "unreadable rating", 5),
        ("ratings.csv", "item not in the catalogue", 1),
    }
    samples = {entry.reason: entry.samples for entry in facts.rejects}
    assert samples["unreadable rating"] == tuple(f"{user},1,nine,1000000000" for user in (1, 2, 3))
    assert facts.files[0].rejected == 6


def test_nothing_usable_is_told_and_not_divided_by(movielens: Path, checked: Checked) -> None:
    (movielens / "ratings.csv").write_text("userId,movieId,rating,timestamp\n1,1,nine,1000000000\n", encoding="utf-8")
    report = checked(movielens, max_rejected_share=1.0)
    assert (report.profile.interactions, report.profile.timeline) == (0, None)
    assert report.stop is not None
    assert "too little to compare recommenders on" in report.stop


@pytest.mark.parametrize("table", ["activity", "items", "span"])
def test_the_aggregates_compile_for_spark_too(table: str) -> None:
    kept = ibis.table({"user_row": "int32", "item_column": "int32", "timestamp": "int64"}, name="kept")
    made = aggregates.items(kept, middle=5) if table == "items" else getattr(aggregates, table)(kept)
    assert "SELECT" in str(ibis.to_sql(made, dialect="pyspark"))


def test_no_user_and_no_item_are_no_fault() -> None:
    assert popularity(np.zeros(3, np.int64)).gini == 0
    assert activity([], 5).users == 0


def test_one_item_with_everything_is_as_uneven_as_it_gets() -> None:
    assert popularity(np.array([0, 7, 7, 7], np.int64)).gini == pytest.approx(0)
    assert popularity(np.array([1] * 99 + [10_000], np.int64)).gini > 0.95


def test_long_times_are_told_by_year_and_short_ones_by_month_with_gaps() -> None:
    span = ibis.memtable({"oldest": [0], "newest": [0]}).schema().to_pyarrow().empty_table()
    span = span.from_pylist([{"oldest": 0, "newest": 80 * DAY}])
    ones = np.ones(1, np.int64)
    short = timeline([(0, 5), (80, 1)], span=span, first=ones, early=ones, n=ones * 2)
    assert short is not None
    assert (short.unit, short.buckets) == ("month", (("1970-01", 5), ("1970-02", 0), ("1970-03", 1)))
    long = timeline([(0, 5), (2000, 1)], span=span, first=ones, early=ones, n=ones * 2)
    assert long is not None
    assert (long.unit, [label for label, _ in long.buckets][-1], len(long.buckets)) == ("year", "1975", 6)


def test_rank_correlation_is_spearmans_with_ties() -> None:
    draw = np.random.default_rng(3)
    one, other = draw.integers(0, 9, 200).astype(float), draw.integers(0, 9, 200).astype(float)
    assert rank_correlation(one, other) == pytest.approx(spearmanr(one, other).statistic)
    assert rank_correlation(np.ones(5), other[:5]) == 0


TELLING = (
    "votes",
    "avg_vote",
    "metascore",
    "usa_gross_income",
    "reviews_from_users",
    "popularity",
    "viewCount",
    "rating",
)
HARMLESS = ("country", "countries", "counter", "account", "discount", "operating_system", "duration", "title", "genre")


@pytest.mark.parametrize(("name", "telling"), [*((n, True) for n in TELLING), *((n, False) for n in HARMLESS)])
def test_a_name_tells_what_was_counted_or_judged(name: str, telling: bool) -> None:
    assert is_telling(name) is telling


def test_a_number_that_follows_popularity_has_its_correlation(
    movielens: Path, data: SmallData, tmp_path: Path, checked: Checked
) -> None:
    counts: dict[str, int] = defaultdict(int)
    for rating in data.ratings:
        counts[rating.item] += 1
    lines = ["movieId,title,genres,copies,year"]
    lines += [f"{f.item},{f.title} ({f.year}),{f.genre},{counts[f.item] * 3},{f.year}" for f in data.films]
    (movielens / "movies.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    mapping = tmp_path / "mine.toml"
    mapping.write_text(MINE, encoding="utf-8")
    report = checked(movielens, mapping=str(mapping))
    columns = {column.name: column for column in report.profile.columns}
    assert columns["copies"].correlation == pytest.approx(1)
    assert columns["year"].correlation is None
    [warning] = [finding for finding in report.findings if finding.about == "copies"]
    assert (warning.severity, "its rank correlation with the items' interactions is 1.00" in warning.found) == (
        "warning",
        True,
    )


MINE = """
title = "Mine"
[interactions]
source = { file = "ratings.csv" }
user = "userId"
item = "movieId"
value = "rating"
timestamp = "timestamp"
liked_threshold = 4
[items]
source = { file = "movies.csv" }
id = "movieId"
fields = { title = { columns = ["title"] }, year = { columns = ["year"] } }
columns = [{ column = "copies", type = "number" }, { column = "year", type = "number" }]
"""
