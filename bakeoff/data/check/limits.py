"""Whether Amazon Personalize would take the data, by the limits beside its schemas."""

from bakeoff.contracts import personalize
from bakeoff.data.check.columns import ColumnFacts
from bakeoff.data.check.finding import Finding, share
from bakeoff.data.check.profile import Profile
from bakeoff.data.rejects import LONG_ITEM, LONG_USER

ABOUT = "Amazon Personalize"


def limit_findings(profile: Profile) -> list[Finding]:
    """One finding for each limit that is broken; one that all is well where none is."""
    found = [*_minima(profile), *_maxima(profile), *_imports(profile), *_ids(profile)]
    if any(finding.severity == "warning" for finding in found):
        return found
    what = (
        f"{profile.interactions:,} interactions and {profile.activity.with_two:,} users with two or more are enough; "
        f"at least {personalize.LEAST_INTERACTIONS:,} and {personalize.LEAST_USERS_WITH_TWO} are needed."
    )
    return [*found, Finding(severity="ok", about=ABOUT, found=what)]


def _minima(profile: Profile) -> list[Finding]:
    users = profile.activity
    with_two = users.with_two / max(1, users.users)
    two = "users have two interactions or more"
    least = [
        (
            profile.interactions < personalize.LEAST_INTERACTIONS,
            f"{profile.interactions:,} interactions are too few; {personalize.LEAST_INTERACTIONS:,} are the least.",
        ),
        (
            users.with_two < personalize.LEAST_USERS_WITH_TWO,
            f"{users.with_two:,} {two}; {personalize.LEAST_USERS_WITH_TWO} must.",
        ),
        (
            with_two < personalize.LEAST_SHARE_WITH_TWO,
            f"{share(with_two)} of the {two}; {share(personalize.LEAST_SHARE_WITH_TWO)} must.",
        ),
    ]
    advice = "Bring more data: a longer time, or more kinds of events."
    return [Finding(severity="warning", about=ABOUT, found=what, advice=advice) for broken, what in least if broken]


def _maxima(profile: Profile) -> list[Finding]:
    n, items = profile.interactions, profile.popularity.items
    if n > personalize.MOST_INTERACTIONS or items > personalize.MOST_ITEMS:
        what = f"{n:,} interactions with {items:,} items are more than its recipes train on."
        return [Finding(severity="warning", about=ABOUT, found=what, advice="Bring the newest interactions only.")]
    if n > personalize.MOST_INTERACTIONS_OF_V1 or items > personalize.MOST_ITEMS_OF_V1:
        what = f"{n:,} interactions with {items:,} items are more than its older recipes train on."
        return [Finding(severity="note", about=ABOUT, found=what, advice="Use recipes whose names end in -v2.")]
    return []


def _imports(profile: Profile) -> list[Finding]:
    """Items and Users datasets: how many records and columns an import has."""
    found = []
    for entity, kind, n in (("item", "Items", profile.popularity.items), ("user", "Users", profile.activity.users)):
        used = [column for column in profile.columns if column.entity == entity and _is_metadata(column)]
        if used and n < personalize.LEAST_RECORDS_OF_AN_IMPORT:
            least = personalize.LEAST_RECORDS_OF_AN_IMPORT
            what = f"The import of {kind} has {n:,} records; its quotas name {least:,} as the least of an import."
            advice = f"If it refuses the import, leave the {entity}s' columns out of the mapping."
            found.append(Finding(severity="note", about=ABOUT, found=what, advice=advice))
        most = personalize.MOST_COLUMNS[kind]
        if len(used) > most:
            what = f"{len(used)} columns of {entity}s are named; it takes {most} of metadata."
            found.append(
                Finding(
                    severity="warning", about=ABOUT, found=what, advice="Leave the least telling out of the mapping."
                )
            )
    return found


def _ids(profile: Profile) -> list[Finding]:
    n = profile.rejected_for(LONG_USER) + profile.rejected_for(LONG_ITEM)
    if not n:
        return []
    what = f"{n:,} rows have an id longer than {personalize.LONGEST_ID} characters and are rejected."
    return [Finding(severity="warning", about=ABOUT, found=what, advice="Use the ids of the data base, not addresses.")]


def _is_metadata(column: ColumnFacts) -> bool:
    # Of texts one at most is imported, of dates none.
    return not column.leaking and column.type not in ("text", "date")
