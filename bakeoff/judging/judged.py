"""The grades that nobody can measure: declared in config/grades.toml by kind of contestant, each with its reason."""

from collections.abc import Mapping
from typing import Any

from bakeoff.judging.scale import Grade


def judged_grade(contestant: Mapping[str, Any], criterion: str, *, settings: Mapping[str, Any]) -> Grade:
    """The contestant's own declaration, else that of the kind that lists it, else that of its kind in the catalogue.

    Args:
        contestant: of report.json: ``name`` and ``kind``.
        criterion: a judged one.
        settings: of config/grades.toml.
    """
    own = (settings["contestants"].get(contestant["name"]) or {}).get(criterion)
    if own:
        return Grade(grade=own["grade"], because=own["because"], judged=True)
    kind = _kind(contestant, settings["kinds"])
    if kind is None:
        return Grade(grade=None, because="config/grades.toml declares no grade of its kind.", judged=True)
    declared = kind[criterion]
    return Grade(grade=declared["grade"], because=f"{kind['title']}: {declared['because']}", judged=True)


def _kind(contestant: Mapping[str, Any], kinds: Mapping[str, Any]) -> Mapping[str, Any] | None:
    listed = [kind for kind in kinds.values() if contestant["name"] in kind["contestants"]]
    of_catalogue = [kind for kind in kinds.values() if kind.get("of", "") == contestant.get("kind")]
    return next(iter(listed + of_catalogue), None)
