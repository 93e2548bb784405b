"""What the facts mean: pure functions from facts to findings, with the thresholds in one place."""

from collections.abc import Sequence

from bakeoff.data.check.columns import ColumnFacts
from bakeoff.data.check.coverage import Coverage
from bakeoff.data.check.finding import SEVERITIES, Finding, Severity, listed, share
from bakeoff.data.check.limits import limit_findings
from bakeoff.data.check.profile import Activity, FileFacts, Popularity, Profile
from bakeoff.data.check.timeline import Timeline
from bakeoff.data.rejects import UNKNOWN_ITEM

# Shares from which on a finding is a warning, or a note. Rules of thumb of ours: where a figure begins to mislead.
REJECTED_WARNING = 0.01
REPEATS_WARNING = 0.05
UNKNOWN_ITEM_WARNING = 0.01
TOP_1_WARNING = 0.5
TOP_10_NOTE = 0.8
BELOW_ACTIVITY_WARNING = 0.5
LEAST_DAYS = 7
OVERLAP_WARNING = 0.3
OVERLAP_NOTE = 0.6
NEW_ITEMS_NOTE = 0.2
COVERAGE_WARNING = 0.5
COVERAGE_NOTE = 0.9
MOSTLY_EMPTY = 0.5
# Spearman's. A budget has about 0.5 and is known before; votes and the like have more.
CORRELATION_WARNING = 0.6


def findings(profile: Profile, *, stop: str | None) -> list[Finding]:
    """All findings, the worst first.

    Args:
        profile: the facts.
        stop: the preparation's own message where it would refuse the data.
    """
    found = [
        preparation(stop),
        *(rejected(file, most=profile.max_rejected_share) for file in profile.files),
        *strangers(profile),
        repeats(profile),
        popularity(profile.popularity),
        activity(profile.activity),
        *time(profile.timeline),
        *(joined(entry) for entry in profile.joins),
        *(field(entry) for entry in profile.fields),
        *columns(profile.columns),
        *unread(profile.files),
        *limit_findings(profile),
    ]
    return sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))


def preparation(stop: str | None) -> Finding:
    """Whether the preparation would run."""
    if stop is None:
        return Finding(severity="ok", about="preparation", found="The preparation would run on this data.")
    advice = "Mend this first: nothing is deployed or trained without prepared data."
    return Finding(severity="stop", about="preparation", found=stop, advice=advice)


def rejected(file: FileFacts, *, most: float) -> Finding:
    """How much of a file is rejected; from more than `most` on the preparation says itself that it stops."""
    of_all = file.rejected / max(1, file.rows)
    what = f"{file.rejected:,} of {file.rows:,} rows are rejected ({share(of_all)}); {share(most)} may be."
    if not file.rejected:
        return Finding(severity="ok", about=file.name, found=f"All {file.rows:,} rows can be used.")
    severity: Severity = "warning" if of_all > REJECTED_WARNING else "note"
    advice = "Look at the samples: mend the export if they are more than stray rows."
    return Finding(severity=severity, about=file.name, found=what, advice=advice)


def strangers(profile: Profile) -> list[Finding]:
    """Interactions with items that the items' file lacks: mostly a catalogue of another day."""
    n, total = profile.rejected_for(UNKNOWN_ITEM), profile.interactions
    if n <= UNKNOWN_ITEM_WARNING * total:
        return []
    what = f"{n:,} interactions are with items that are not in the catalogue."
    advice = "Export items and interactions on the same day, retired items included."
    return [Finding(severity="warning", about="unknown items", found=what, advice=advice)]


def repeats(profile: Profile) -> Finding:
    """Repeated interactions of a user with an item."""
    n, total = profile.repeats, profile.interactions + profile.repeats
    if not n:
        return Finding(severity="ok", about="duplicates", found="No user has two interactions with one item.")
    what = f"{n:,} interactions ({share(n / total)}) repeat a user's item; one of each pair is kept."
    advice = "Usual for events; in ratings see that no file was exported twice. `repeats` says which one is kept."
    severity: Severity = "warning" if n > REPEATS_WARNING * total else "note"
    return Finding(severity=severity, about="duplicates", found=what, advice=advice)


def popularity(facts: Popularity) -> Finding:
    """How steep the power law is."""
    what = (
        f"The most popular 1% of the {facts.rated:,} items with interactions have {share(facts.top_1)} of them, the "
        f"first 10% {share(facts.top_10)}; Gini {facts.gini:.2f}."
    )
    if facts.top_1 <= TOP_1_WARNING and facts.top_10 <= TOP_10_NOTE:
        return Finding(severity="ok", about="popularity", found=what)
    advice = "Recommending what is popular will be hard to beat: compare coverage beside ndcg."
    severity: Severity = "warning" if facts.top_1 > TOP_1_WARNING else "note"
    return Finding(severity=severity, about="popularity", found=what, advice=advice)


def activity(facts: Activity) -> Finding:
    """Whether enough users are active enough to be tested."""
    of_all = facts.below / max(1, facts.users)
    what = (
        f"{facts.users:,} users have {facts.least:,} to {facts.most:,} interactions, median {facts.median:,}; "
        f"{facts.below:,} ({share(of_all)}) have fewer than {facts.min_activity} and are not tested."
    )
    if not facts.below:
        return Finding(severity="ok", about="activity", found=what)
    advice = "They stay in train. Figures are of the active users: say so, or lower split.min_activity."
    severity: Severity = "warning" if of_all > BELOW_ACTIVITY_WARNING else "note"
    return Finding(severity=severity, about="activity", found=what, advice=advice)


def time(facts: Timeline | None) -> list[Finding]:
    """Whether there is a time to split by, and whether what is popular stays so."""
    if facts is None:
        return []
    if facts.days < LEAST_DAYS:
        what = f"All interactions happened within {facts.days:.1f} days."
        advice = "See that the timestamps are of the interactions and not of the export: splits go by them."
        return [Finding(severity="warning", about="time", found=what, advice=advice)]
    return [*_overlap(facts), _new_items(facts)]


def _overlap(facts: Timeline) -> list[Finding]:
    if facts.overlap is None:
        return []
    what = f"Of the {facts.top} most popular items of the older half {share(facts.overlap)} are so in the newer half."
    if facts.overlap >= OVERLAP_NOTE:
        return [Finding(severity="ok", about="drift", found=what)]
    advice = (
        'What is popular moves. Compare with split.strategy = "global_time" too, which has no look at the future; '
        "train on newer data only where old tastes do not count."
    )
    severity: Severity = "warning" if facts.overlap < OVERLAP_WARNING else "note"
    return [Finding(severity=severity, about="drift", found=what, advice=advice)]


def _new_items(facts: Timeline) -> Finding:
    what = f"{share(facts.new_items)} of the items appear in the last tenth of the time."
    if facts.new_items <= NEW_ITEMS_NOTE:
        return Finding(severity="ok", about="new items", found=what)
    advice = "Models of interactions alone cannot know them: see that content models have titles, genres and texts."
    return Finding(severity="note", about="new items", found=what, advice=advice)


def joined(facts: Coverage) -> Finding:
    """How many items a further table knows."""
    what = f"{_covered(facts)} got something from {facts.name}."
    if facts.interactions >= COVERAGE_NOTE:
        return Finding(severity="ok", about=facts.name, found=what)
    advice = 'Look at both key columns; key = "digits" compares tt0114709 and 114709 as the same.'
    severity: Severity = "warning" if facts.interactions < COVERAGE_WARNING else "note"
    return Finding(severity=severity, about=facts.name, found=what, advice=advice)


def field(facts: Coverage) -> Finding:
    """How many items have a title, a plot and so on."""
    if not facts.columns:
        what = f"The mapping says nothing about {facts.name}."
        advice = f"If the data has it, name its column in items.fields.{facts.name}: the content model reads it."
        return Finding(severity="note", about=facts.name, found=what, advice=advice)
    what = f"{_covered(facts)} have {facts.name}."
    if facts.interactions >= COVERAGE_NOTE:
        return Finding(severity="ok", about=facts.name, found=what)
    advice = f"The content model knows the others without {facts.name}; see whether the columns named for it are right."
    severity: Severity = "warning" if facts.interactions < COVERAGE_WARNING else "note"
    return Finding(severity=severity, about=facts.name, found=what, advice=advice)


def columns(facts: Sequence[ColumnFacts]) -> list[Finding]:
    """Empty columns, those that leak, and those that may."""
    empty = [column.name for column in facts if column.missing > MOSTLY_EMPTY]
    leaking = [column.name for column in facts if column.leaking]
    found = [finding for column in facts if not column.leaking for finding in suspicion(column)]
    if leaking:
        what = f"Marked as leaking and in neither all nor selected: {listed(leaking)}."
        found.append(Finding(severity="ok", about="leaking columns", found=what))
    if empty:
        what = f"More than half of the rows have nothing in {listed(empty)}."
        advice = "See that the export has them; leave them out of the mapping if nothing is to be had."
        found.append(Finding(severity="note", about="empty columns", found=what, advice=advice))
    if facts and not any(column.selected for column in facts):
        advice = "Name columns in items.selected, or bring fuller ones: contestants that select have none to select."
        found.append(
            Finding(severity="note", about="selected columns", found="The rule selects no column.", advice=advice)
        )
    return found


def suspicion(column: ColumnFacts) -> list[Finding]:
    """Whether a column that is not marked looks as if it knew the future. A suspicion: only its owner knows."""
    reasons = []
    if column.telling_name:
        reasons.append("its name is one of what is counted or judged afterwards")
    if column.correlation is not None and abs(column.correlation) >= CORRELATION_WARNING:
        reasons.append(f"its rank correlation with the items' interactions is {column.correlation:.2f}")
    if not reasons:
        return []
    what = f"A suspicion that {column.entity} column {column.name} knows the future: {' and '.join(reasons)}."
    advice = "If it was collected after the interactions, set leaking = true for it in the mapping."
    return [Finding(severity="warning", about=column.name, found=what, advice=advice)]


def unread(files: Sequence[FileFacts]) -> list[Finding]:
    """Columns that are there and that the mapping leaves alone."""
    return [
        Finding(
            severity="note",
            about=file.name,
            found=f"The mapping reads nothing of {listed(list(file.unread))}.",
            advice="Name a column in items.columns or users.columns if models should know it.",
        )
        for file in files
        if file.unread
    ]


def _covered(facts: Coverage) -> str:
    return f"{share(facts.items)} of the items, with {share(facts.interactions)} of the interactions,"
