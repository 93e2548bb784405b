"""What facts mean: each threshold from both sides, and the preparation's own words where it would stop."""

from dataclasses import replace
from pathlib import Path

import pytest

from bakeoff.contracts import personalize
from bakeoff.data.check import findings, limits
from bakeoff.data.check.columns import ColumnFacts
from bakeoff.data.check.coverage import Coverage
from bakeoff.data.check.finding import SEVERITIES, listed, share
from bakeoff.data.check.profile import FileFacts, RejectFacts
from bakeoff.data.check.run import Report, check_folder
from bakeoff.data.run import prepare_folder
from bakeoff.errors import DataError
from tests.unit.data.check.conftest import SETTINGS, Checked

COLUMN = ColumnFacts(
    entity="item",
    name="colour",
    type="category",
    missing=0.0,
    distinct=2,
    leaking=False,
    selected=True,
    why="",
    telling_name=False,
    correlation=None,
)


def test_sound_data_stops_nothing_and_the_worst_comes_first(report: Report) -> None:
    assert report.stop is None
    order = [SEVERITIES.index(finding.severity) for finding in report.findings]
    assert order == sorted(order)
    assert {finding.severity for finding in report.findings} == {"note", "ok"}
    assert all(finding.found.endswith(".") and finding.advice.endswith(".") for finding in report.findings)


def test_what_stops_the_preparation_is_told_in_its_own_words(movielens: Path, checked: Checked) -> None:
    path = movielens / "ratings.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",4.0,", ",four,"), encoding="utf-8")
    report = checked(movielens)
    with pytest.raises(DataError) as raised:
        prepare_folder(movielens, movielens.parent / "prepared", SETTINGS)
    assert report.stop == str(raised.value)
    assert (report.findings[0].severity, report.findings[0].found) == ("stop", report.stop)
    assert report.profile.interactions > 0


def test_too_little_data_stops_and_names_the_limits_of_personalize(movielens: Path, checked: Checked) -> None:
    path = movielens / "ratings.csv"
    path.write_text("".join(path.read_text(encoding="utf-8").splitlines(keepends=True)[:500]), encoding="utf-8")
    report = checked(movielens)
    assert report.stop is not None
    assert "too little to compare recommenders on" in report.stop
    told = [finding.found for finding in report.findings if finding.about == limits.ABOUT]
    assert "499 interactions are too few; 1,000 are the least." in told


def test_names_that_personalize_refuses_stop(movielens: Path, tmp_path: Path, checked: Checked) -> None:
    many = ", ".join(f'{{ column = "c{number}", type = "number" }}' for number in range(101))
    mapping = tmp_path / "many.toml"
    mapping.write_text(
        f'title = "Many"\n[interactions]\nsource = {{ file = "ratings.csv" }}\nuser = "userId"\nitem = "movieId"\n'
        f'value = "rating"\ntimestamp = "timestamp"\nliked_threshold = 4.0\n[items]\n'
        f'source = {{ file = "movies.csv" }}\nid = "movieId"\ncolumns = [{many}]\n'
    )
    names = ",".join(f"c{number}" for number in range(101))
    path = movielens / "movies.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    wide = [f"{header},{names}", *(f"{row}{',1' * 101}" for row in rows)]
    path.write_text("\n".join(wide) + "\n", encoding="utf-8")
    report = checked(movielens, mapping=str(mapping))
    assert report.stop is not None
    # Those of the data, and the name and the description that the preparation adds.
    assert "there are 103 columns of metadata; 1 to 100 may be" in report.stop
    assert any(finding.found.startswith("101 columns of items are named") for finding in report.findings)


def test_what_cannot_be_read_at_all_is_the_preparations_error(movielens: Path) -> None:
    (movielens / "links.csv").unlink()
    with pytest.raises(DataError, match=r"links\.csv is missing; put it there"):
        check_folder(movielens, SETTINGS)
    with pytest.raises(DataError, match="does not exist"):
        check_folder(movielens / "gone", SETTINGS)


@pytest.mark.parametrize(("n", "severity"), [(0, "ok"), (1, "note"), (10, "note"), (11, "warning")])
def test_rejected_rows(n: int, severity: str) -> None:
    assert findings.rejected(FileFacts(name="f", rows=1000, rejected=n, unread=()), most=0.05).severity == severity


@pytest.mark.parametrize(("n", "severity"), [(0, "ok"), (1, "note"), (500, "warning")])
def test_repeats(report: Report, n: int, severity: str) -> None:
    assert findings.repeats(replace(report.profile, repeats=n)).severity == severity


def test_interactions_with_unknown_items_point_to_the_catalogue(report: Report) -> None:
    rejects = (RejectFacts(file="f", reason="item not in the catalogue", n=100, samples=()),)
    [finding] = findings.strangers(replace(report.profile, rejects=rejects))
    assert finding.severity == "warning"
    assert findings.strangers(report.profile) == []


@pytest.mark.parametrize(("top_1", "top_10", "severity"), [(0.1, 0.5, "ok"), (0.1, 0.9, "note"), (0.6, 0.9, "warning")])
def test_popularity(report: Report, top_1: float, top_10: float, severity: str) -> None:
    facts = replace(report.profile.popularity, top_1=top_1, top_10=top_10)
    assert findings.popularity(facts).severity == severity


@pytest.mark.parametrize(("below", "severity"), [(0, "ok"), (10, "note"), (31, "warning")])
def test_activity(report: Report, below: int, severity: str) -> None:
    assert findings.activity(replace(report.profile.activity, below=below)).severity == severity


def test_time(report: Report) -> None:
    timeline = report.profile.timeline
    assert timeline is not None
    assert findings.time(None) == []
    [short] = findings.time(replace(timeline, newest=timeline.oldest + 3600))
    assert (short.severity, "within 0.0 days" in short.found) == ("warning", True)
    severities = {
        overlap: findings.time(replace(timeline, overlap=overlap, new_items=0.5))[0].severity
        for overlap in (0.2, 0.5, 0.6)
    }
    assert severities == {0.2: "warning", 0.5: "note", 0.6: "ok"}
    assert findings.time(replace(timeline, new_items=0.3))[-1].severity == "note"
    assert len(findings.time(replace(timeline, overlap=None))) == 1


@pytest.mark.parametrize(("covered", "severity"), [(0.95, "ok"), (0.7, "note"), (0.4, "warning")])
def test_coverage(covered: float, severity: str) -> None:
    entry = Coverage(name="plot", columns=("description",), items=0.1, interactions=covered)
    assert (findings.joined(entry).severity, findings.field(entry).severity) == (severity, severity)
    assert "items.fields.plot" in findings.field(replace(entry, columns=())).advice


def test_columns_that_may_know_the_future_are_a_suspicion_until_they_are_marked() -> None:
    votes = replace(COLUMN, name="votes", type="number", telling_name=True, correlation=0.9)
    [finding] = findings.columns([votes, COLUMN])
    assert (finding.severity, finding.about) == ("warning", "votes")
    assert finding.found.startswith("A suspicion that item column votes knows the future: its name")
    assert "leaking = true" in finding.advice
    [marked] = findings.columns([replace(votes, leaking=True, selected=False), COLUMN])
    assert (marked.severity, "votes" in marked.found) == ("ok", True)


def test_empty_and_unselected_columns_are_noted() -> None:
    found = findings.columns([replace(COLUMN, missing=0.6, selected=False)])
    assert [finding.about for finding in found] == ["empty columns", "selected columns"]


def test_the_limits_of_personalize(report: Report) -> None:
    facts = replace(report.profile, columns=())

    def told(**changes: object) -> list[str]:
        return [f.severity for f in limits.limit_findings(replace(facts, **changes))]  # type: ignore[arg-type]

    assert told() == ["ok"]
    assert told(interactions=personalize.LEAST_INTERACTIONS - 1)[0] == "warning"
    assert told(interactions=personalize.MOST_INTERACTIONS + 1) == ["warning"]
    assert told(interactions=personalize.MOST_INTERACTIONS_OF_V1 + 1) == ["note", "ok"]
    assert told(activity=replace(facts.activity, with_two=24)) == ["warning"]
    assert told(activity=replace(facts.activity, users=100_000, with_two=30)) == ["warning"]
    assert told(columns=(COLUMN,)) == ["note", "ok"]
    assert told(columns=(replace(COLUMN, entity="user"),) * 26) == ["note", "warning"]
    assert told(rejects=(RejectFacts(file="f", reason="user id too long", n=1, samples=()),)) == ["warning"]


def test_figures_and_lists_are_short() -> None:
    assert (share(0), share(0.0004), share(0.5)) == ("0.0%", "<0.1%", "50.0%")
    assert listed([str(number) for number in range(10)], most=2) == "0, 1 and 8 more"
