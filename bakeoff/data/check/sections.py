"""The facts as tables of text: what the terminal and the page show is the same."""

from dataclasses import dataclass

from bakeoff.data.check.coverage import Coverage
from bakeoff.data.check.finding import share
from bakeoff.data.check.profile import Profile
from bakeoff.data.check.timeline import Timeline, day_of


@dataclass(frozen=True, kw_only=True)
class Section:
    """A table.

    Args:
        title: above it.
        columns: their heads.
        rows: cells; the first names the row.
        numeric: positions of the columns that hold numbers.
        bars: a length from 0 to 1 for each row, where a picture of it helps.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()
    bars: tuple[float, ...] = ()


def sections(profile: Profile) -> list[Section]:
    """All tables, those without rows left out."""
    found = [
        _files(profile),
        _rejects(profile),
        _interactions(profile),
        *([_time(profile.timeline)] if profile.timeline else []),
        _coverage("What items got from further tables", "table", profile.joins),
        _coverage("What is known of items", "field", profile.fields),
        _columns(profile),
    ]
    return [section for section in found if section.rows]


def _files(profile: Profile) -> Section:
    rows = tuple((file.name, f"{file.rows:,}", f"{file.rejected:,}") for file in profile.files)
    return Section(title="Files", columns=("file", "rows", "rejected"), rows=rows, numeric=(1, 2))


def _rejects(profile: Profile) -> Section:
    rows = tuple((entry.reason, entry.file, f"{entry.n:,}", "\n".join(entry.samples)) for entry in profile.rejects)
    return Section(title="Rejects", columns=("reason", "file", "rows", "for example"), rows=rows, numeric=(2,))


def _interactions(profile: Profile) -> Section:
    popularity, activity, time = profile.popularity, profile.activity, profile.timeline
    rows = [
        ("usable interactions", f"{profile.interactions:,}"),
        ("repeats of a user and an item", f"{profile.repeats:,}"),
        ("items, with interactions", f"{popularity.items:,}, {popularity.rated:,}"),
        ("share of the most popular 1% of these", share(popularity.top_1)),
        ("share of the most popular 10%", share(popularity.top_10)),
        ("Gini coefficient", f"{popularity.gini:.3f}"),
        ("users", f"{activity.users:,}"),
        (
            "interactions per user: least, median, 90th percentile, most",
            f"{activity.least:,}, {activity.median:,}, {activity.p90:,}, {activity.most:,}",
        ),
        (f"users with fewer than {activity.min_activity}", f"{activity.below:,}"),
    ]
    if time:
        overlap = "-" if time.overlap is None else share(time.overlap)
        rows += [
            ("from, to (UTC)", f"{day_of(time.oldest)}, {day_of(time.newest)}"),
            ("items first seen in the last tenth of the time", share(time.new_items)),
            (f"top {time.top} of the older half that are so in the newer half", overlap),
        ]
    return Section(title="Interactions, items and users", columns=("", "figure"), rows=tuple(rows), numeric=(1,))


def _time(time: Timeline) -> Section:
    total, most = sum(n for _, n in time.buckets), max(n for _, n in time.buckets)
    return Section(
        title=f"Interactions by {time.unit}",
        columns=(time.unit, "interactions", "share"),
        rows=tuple((label, f"{n:,}", share(n / total)) for label, n in time.buckets),
        numeric=(1, 2),
        bars=tuple(n / most for _, n in time.buckets),
    )


def _coverage(title: str, what: str, entries: tuple[Coverage, ...]) -> Section:
    return Section(
        title=title,
        columns=(what, "taken from", "items", "interactions"),
        rows=tuple(
            (entry.name, ", ".join(entry.columns) or "nothing", share(entry.items), share(entry.interactions))
            for entry in entries
        ),
        numeric=(2, 3),
    )


def _columns(profile: Profile) -> Section:
    return Section(
        title="Columns and who may use them",
        columns=("column", "type", "missing", "values", "correlation", "all", "selected", "why"),
        rows=tuple(
            (
                f"{column.entity}_{column.name}",
                column.type,
                share(column.missing),
                f"{column.distinct:,}",
                "-" if column.correlation is None else f"{column.correlation:.2f}",
                "no" if column.leaking else "yes",
                "yes" if column.selected else "no",
                column.why,
            )
            for column in profile.columns
        ),
        numeric=(2, 3, 4),
    )
