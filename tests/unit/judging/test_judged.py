"""Judged grades: a contestant's own declaration goes before its kind's, a list before the catalogue's kind."""

from typing import Any

import pytest

from bakeoff.judging.judged import judged_grade


def declared(grade: int, because: str) -> dict[str, Any]:
    return {"control": {"grade": grade, "because": because}}


SETTINGS = {
    "kinds": {
        "managed": {"title": "A recipe", "of": "personalize", "contestants": [], **declared(5, "It is closed.")},
        "own": {"title": "A model", "of": "sagemaker", "contestants": [], **declared(1, "It is open.")},
        "article": {"title": "As told", "of": None, "contestants": ["old"], **declared(2, "It is short.")},
    },
    "contestants": {
        "special": {**declared(3, "It is half open."), "development_effort": None},
        "half": {"control": None},
    },
}


@pytest.mark.parametrize(
    ("name", "kind", "grade", "because"),
    [
        ("personalize-a", "personalize", 5, "A recipe: It is closed."),
        ("ease", "sagemaker", 1, "A model: It is open."),
        ("old", "sagemaker", 2, "As told: It is short."),
        ("special", "sagemaker", 3, "It is half open."),
        ("half", "sagemaker", 1, "A model: It is open."),
        ("new", "autopilot", None, "config/grades.toml declares no grade of its kind."),
    ],
)
def test_a_judgement_is_found_with_its_reason(name: str, kind: str, grade: int | None, because: str) -> None:
    given = judged_grade({"name": name, "kind": kind}, "control", settings=SETTINGS)
    assert given.to_json() == {"grade": grade, "because": because, "judged": True}
