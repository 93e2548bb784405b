"""The file of grades: every fault is named by its place, those against the catalogue too."""

import json
import re
import shutil
from pathlib import Path

import pytest

from bakeoff.config import CONFIG_FOLDER, environments, load_config
from bakeoff.errors import ConfigurationError
from bakeoff.grade_settings import Criteria
from bakeoff.judging.criteria import CRITERIA


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return shutil.copytree(CONFIG_FOLDER, tmp_path / "config")


def faults(folder: Path, *changes: tuple[str, str]) -> list[str]:
    """Of the file with each first text replaced by the second."""
    path = folder / "grades.toml"
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, f"grades.toml no longer holds {old}"
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as refused:
        load_config("dev", folder)
    assert str(refused.value).startswith("config/grades.toml")
    return refused.value.faults


def test_the_grades_are_no_environment() -> None:
    assert "grades" not in environments()


def test_file_model_and_code_know_the_same_criteria() -> None:
    criteria = load_config("dev").grades.to_json()["criteria"]
    assert list(Criteria.model_fields) == list(criteria) == [criterion.name for criterion in CRITERIA]
    assert {name for name, one in criteria.items() if "thresholds" not in one} == {
        criterion.name for criterion in CRITERIA if criterion.judged
    }


def test_the_settings_travel_as_json() -> None:
    settings = load_config("dev").grades.to_json()
    assert json.loads(json.dumps(settings, allow_nan=False)) == settings
    assert (settings["floor"], settings["requestsPerMonth"]) == ("personalize-popularity-count", 1_000_000)
    assert settings["criteria"]["latency"]["thresholds"] == [50, 100, 300, 1000]
    assert settings["kinds"]["article"]["contestants"] == [
        "autoencoder-article",
        "content-article-1",
        "content-article-2",
    ]


def test_every_contestant_of_the_catalogue_is_judged() -> None:
    config = load_config("dev")
    kinds = {contestant.name: contestant.kind for contestant in config.contestants}
    assert config.grades.faults(kinds) == []


SINGLE = {
    "a weight below zero": ("weight = 3 ", "weight = -1 ", r"criteria\.accuracy\.weight: .*greater than or equal to 0"),
    "thresholds that do not fall": (
        "[0.9, 0.7, 0.5, 0.25]",
        "[0.9, 0.5, 0.7, 0.25]",
        r"criteria\.accuracy\.thresholds: .*more is better here, so the four must fall.*",
    ),
    "two equal thresholds": (
        "[0.8, 0.6, 0.4, 0.2]",
        "[0.8, 0.6, 0.6, 0.2]",
        r"criteria\.personalization\.thresholds: .*must fall.*",
    ),
    "thresholds that do not rise": (
        "[50, 100, 300, 1_000]",
        "[1_000, 300, 100, 50]",
        r"criteria\.latency\.thresholds: .*less is better here, so the four must rise.*",
    ),
    "three thresholds": (
        "[0.6, 0.5, 0.4, 0.3]",
        "[0.6, 0.5, 0.4]",
        r"criteria\.novelty_diversity\.thresholds\.3: Field required",
    ),
    "a share above one": (
        "[0.8, 0.6, 0.4, 0.2]",
        "[1.8, 0.6, 0.4, 0.2]",
        r"criteria\.personalization\.thresholds\.0: .*less than or equal to 1",
    ),
    "a time of nothing": (
        "[300, 1_800",
        "[0, 1_800",
        r"criteria\.training_time\.thresholds\.0: .*greater than 0",
    ),
    "a judged criterion with thresholds": (
        "[criteria.control]",
        "[criteria.control]\nthresholds = [4, 3, 2, 1]",
        r"criteria\.control\.thresholds: Extra inputs are not permitted",
    ),
    "a criterion that there is not": (
        "[criteria.control]",
        "[criteria.beauty]\nweight = 1\n[criteria.control]",
        r"criteria\.beauty: Extra inputs are not permitted",
    ),
    "a criterion that is gone": (
        "[criteria.control]\nweight = 1",
        "",
        r"criteria\.control: Field required",
    ),
    "a grade of six": ("grade = 5", "grade = 6", r"kinds\.managed\.control\.grade: Input should be 1, 2, 3, 4 or 5"),
    "a judgement without a reason": (
        'because = "All of it is code of one\'s own."',
        'because = ""',
        r"kinds\.article\.control\.because: .*",
    ),
    "no traffic": ("1_000_000", "0", r"requests_per_month: .*greater than or equal to 1"),
    "two kinds that take all of a kind": (
        'of = "sagemaker"',
        'of = "personalize"',
        r"\(file\): .*taken by two of them: \['personalize'\].*",
    ),
    "a kind that takes nobody": (
        'contestants = ["autoencoder-article", "content-article-1", "content-article-2"]',
        "",
        r"\(file\): .*with neither `of` nor `contestants`: \['article'\]",
    ),
    "a floor that does not compete": (
        'floor = "personalize-popularity-count"',
        'floor = "popularity"',
        r"floor: 'popularity' is no contestant of the catalogue",
    ),
    "a kind's contestant that does not compete": (
        '["autoencoder-article", "content-article-1", "content-article-2"]',
        '["nobody"]',
        r"kinds\.article\.contestants: 'nobody' is no contestant of the catalogue",
    ),
    "a judged contestant that does not compete": (
        "[contestants.personalize-popularity-count.",
        "[contestants.nobody.",
        r"contestants: 'nobody' is no contestant of the catalogue",
    ),
}


@pytest.mark.parametrize(("old", "new", "said"), SINGLE.values(), ids=SINGLE)
def test_a_fault_is_named_by_its_place(folder: Path, old: str, new: str, said: str) -> None:
    [fault] = faults(folder, (old, new))
    assert re.fullmatch(said, fault), fault


def test_all_faults_are_named_at_once(folder: Path) -> None:
    found = faults(folder, ("weight = 3 ", "weight = -3 "), ("1_000_000", "0"), ("grade = 5", 'grade = "F"'))
    assert [fault.partition(":")[0] for fault in found] == [
        "requests_per_month",
        "criteria.accuracy.weight",
        "kinds.managed.control.grade",
    ]


def test_weights_that_are_all_zero_give_no_overall_grade(folder: Path) -> None:
    path = folder / "grades.toml"
    path.write_text(re.sub(r"^weight = \d+", "weight = 0", path.read_text(), flags=re.MULTILINE))
    assert faults(folder) == ["criteria: Value error, every weight is 0, so there is no overall grade"]


def test_a_contestant_that_no_kind_judges_is_named(folder: Path) -> None:
    found = faults(folder, ('of = "personalize"', 'contestants = ["ease"]'))
    assert "kinds: contestant 'personalize-popularity-count' of kind 'personalize' is judged by none" in found
