"""What is shipped: the same bytes for the same source, and of the library only what a script imports."""

import os
import tarfile
import zipfile
from pathlib import Path

import pytest

from bakeoff import recommenders
from bakeoff.errors import SetupError
from bakeoff.shipping import (
    imported_modules,
    recommender_hashes,
    stage_job,
    stage_lambda,
    stage_model_code,
    stage_spark_library,
    stage_wheels,
)

CHECKOUT = Path(__file__).parents[2]
JOB = CHECKOUT / "sagemaker_jobs" / "train_recommender"
LIBRARY = {
    "bakeoff/__init__.py": "",
    "bakeoff/errors.py": "",
    "bakeoff/contracts/__init__.py": "",
    "bakeoff/contracts/items.py": "from bakeoff.errors import X",
    "bakeoff/serving/__init__.py": "",
    "bakeoff/serving/ask.py": "def ask():\n    from bakeoff.contracts import items",
    "bakeoff/data/__init__.py": "import bakeoff.errors",
    "bakeoff/data/heavy.py": "import numpy",
    "bakeoff/recommenders/__init__.py": "",
    "bakeoff/recommenders/one.py": "from bakeoff.errors import X",
    "bakeoff/recommenders/two.py": "from bakeoff.data.heavy import Y",
    "lambdas/answer/handler.py": "import os\nfrom bakeoff.serving.ask import ask",
    "lambdas/overweight/handler.py": "from bakeoff.data.heavy import Y",
    "bakeoff/data/mappings/__init__.py": "",
    "bakeoff/data/mappings/films.toml": "[columns]",
    "bakeoff/data/mappings/notes.md": "",
    "bakeoff/data/mappings/page.css": "p {}",
    "bakeoff/data/mappings/page.html.j2": "<p>",
    "bakeoff/serving/none.toml": "",
    "sagemaker_jobs/prepare/prepare.py": "from bakeoff.data import heavy, mappings",
    "sagemaker_jobs/prepare/wheels.txt": "one==1.0 --hash=sha256:0",
    "sagemaker_jobs/prepare/prepare_on_spark.py": "from bakeoff.data import mappings\nimport bakeoff.contracts.items",
    "sagemaker_jobs/train_recommender/train.py": "from bakeoff import recommenders",
    "sagemaker_jobs/train_recommender/serve/inference.py": "from bakeoff.contracts.items import X",
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout of a few files, so that what is shipped can be said in full."""
    for name, content in LIBRARY.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    return tmp_path


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    made = tmp_path / "wheels" / "one-1.0-py3-none-any.whl"
    made.parent.mkdir()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("one/__init__.py", "")
        archive.writestr("one-1.0.dist-info/METADATA", "Name: one")
    return made


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def members(tarball: Path) -> list[str]:
    with tarfile.open(tarball) as archive:
        return archive.getnames()


def test_a_lambda_ships_what_its_handler_imports_also_inside_functions(checkout: Path) -> None:
    folder = stage_lambda("answer", build=checkout / "build", root=checkout)
    assert folder == checkout / "build" / "lambdas" / "answer"
    assert names(folder) == [
        "bakeoff/__init__.py",
        "bakeoff/contracts/__init__.py",
        "bakeoff/contracts/items.py",
        "bakeoff/errors.py",
        "bakeoff/serving/__init__.py",
        "bakeoff/serving/ask.py",
        "handler.py",
    ]


def test_what_was_staged_before_is_gone(checkout: Path) -> None:
    stage_lambda("answer", build=checkout / "build", root=checkout)
    (checkout / "build" / "lambdas" / "answer" / "old.py").touch()
    assert "old.py" not in names(stage_lambda("answer", build=checkout / "build", root=checkout))


def test_a_lambda_that_imports_a_heavy_room_is_refused(checkout: Path) -> None:
    with pytest.raises(SetupError, match=r"lambdas/overweight imports bakeoff\.data"):
        stage_lambda("overweight", build=checkout / "build", root=checkout)


def test_a_job_ships_its_folder_and_its_imports_in_sorted_order(checkout: Path) -> None:
    assert members(stage_job("prepare", build=checkout / "build", root=checkout)) == [
        "bakeoff/__init__.py",
        "bakeoff/data/__init__.py",
        "bakeoff/data/heavy.py",
        "bakeoff/data/mappings/__init__.py",
        "bakeoff/data/mappings/films.toml",
        "bakeoff/data/mappings/page.css",
        "bakeoff/data/mappings/page.html.j2",
        "bakeoff/errors.py",
        "prepare.py",
        "wheels.txt",
    ]


def test_a_job_ships_its_wheels_as_they_are_and_in_order(checkout: Path, wheel: Path) -> None:
    assert members(stage_wheels("prepare", [wheel], build=checkout / "build")) == [wheel.name]


def test_on_spark_a_job_ships_its_imports_and_what_is_in_the_wheels(checkout: Path, wheel: Path) -> None:
    library = stage_spark_library("prepare", [wheel], build=checkout / "build", root=checkout)
    with zipfile.ZipFile(library) as archive:
        assert archive.namelist() == [
            "bakeoff/__init__.py",
            "bakeoff/contracts/__init__.py",
            "bakeoff/contracts/items.py",
            "bakeoff/data/__init__.py",
            "bakeoff/data/mappings/__init__.py",
            "bakeoff/data/mappings/films.toml",
            "bakeoff/data/mappings/page.css",
            "bakeoff/data/mappings/page.html.j2",
            "bakeoff/errors.py",
            "one-1.0.dist-info/METADATA",
            "one/__init__.py",
        ]
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    first = library.read_bytes()
    os.utime(checkout / "bakeoff/data/mappings/films.toml", (1, 1))
    assert stage_spark_library("prepare", [wheel], build=checkout / "other", root=checkout).read_bytes() == first


def test_a_job_without_a_script_for_spark_is_told(checkout: Path) -> None:
    with pytest.raises(SetupError, match="train_recommender has no script"):
        stage_spark_library("train_recommender", [], build=checkout / "build", root=checkout)


def test_the_training_job_ships_every_recommender(checkout: Path) -> None:
    shipped = members(stage_job("train_recommender", build=checkout / "build", root=checkout))
    assert {"bakeoff/recommenders/one.py", "bakeoff/recommenders/two.py", "serve/inference.py"} <= set(shipped)
    assert not any(name.startswith("bakeoff/serving") for name in shipped)


def test_the_same_source_gives_the_same_bytes_whenever_it_is_staged(checkout: Path) -> None:
    first = stage_job("prepare", build=checkout / "build", root=checkout).read_bytes()
    for path in checkout.rglob("*.py"):
        os.utime(path, (1, 1))
        path.chmod(0o755)
    assert stage_job("prepare", build=checkout / "other", root=checkout).read_bytes() == first


def test_the_tarball_says_nothing_of_the_machine(checkout: Path) -> None:
    tarball = stage_job("prepare", build=checkout / "build", root=checkout)
    assert tarball.read_bytes()[4:8] == b"\0\0\0\0", "the compressed stream's time"
    with tarfile.open(tarball) as archive:
        for entry in archive:
            assert (entry.mtime, entry.uid, entry.gid, entry.uname, entry.gname, entry.mode) == (0, 0, 0, "", "", 0o644)


def test_a_change_outside_what_a_job_imports_leaves_its_bytes_alone(checkout: Path) -> None:
    first = stage_job("prepare", build=checkout / "build", root=checkout).read_bytes()
    (checkout / "bakeoff/serving/ask.py").write_text("# other")
    assert stage_job("prepare", build=checkout / "build", root=checkout).read_bytes() == first
    (checkout / "bakeoff/data/heavy.py").write_text("# other")
    assert stage_job("prepare", build=checkout / "build", root=checkout).read_bytes() != first


def test_a_missing_job_is_an_error_that_names_its_folder(checkout: Path) -> None:
    with pytest.raises(SetupError, match=r"sagemaker_jobs/train does not exist"):
        stage_job("train", build=checkout / "build", root=checkout)


def test_a_model_ships_the_answering_part_and_its_own_recommender_only(checkout: Path) -> None:
    job = checkout / "sagemaker_jobs" / "train_recommender"
    stage_model_code("one", into=checkout / "model" / "code", job=job, root=checkout)
    assert names(checkout / "model" / "code") == [
        "bakeoff/__init__.py",
        "bakeoff/contracts/__init__.py",
        "bakeoff/contracts/items.py",
        "bakeoff/errors.py",
        "bakeoff/recommenders/__init__.py",
        "bakeoff/recommenders/one.py",
        "inference.py",
    ]


def test_a_recommenders_hash_changes_with_its_own_file_and_with_shared_ones(checkout: Path) -> None:
    first = recommender_hashes(root=checkout)
    assert first.keys() == {"one", "two"}
    (checkout / "bakeoff/recommenders/two.py").write_text("from bakeoff.data.heavy import Z")
    second = recommender_hashes(root=checkout)
    assert second["one"] == first["one"]
    assert second["two"] != first["two"]
    (checkout / "bakeoff/contracts/items.py").write_text("# read by inference.py")
    third = recommender_hashes(root=checkout)
    assert all(third[name] != second[name] for name in third)


@pytest.mark.parametrize("name", recommenders.names())
def test_a_real_model_ships_neither_training_nor_serving_nor_other_recommenders(name: str, tmp_path: Path) -> None:
    stage_model_code(name, into=tmp_path, job=JOB)
    shipped = set(names(tmp_path))
    assert {"inference.py", f"bakeoff/recommenders/{name}.py"} <= shipped
    rooms = {path.split("/")[1] for path in shipped if path.startswith("bakeoff/")}
    # Of the evaluation the metrics by which a model chooses at its fit.
    assert rooms <= {"__init__.py", "errors.py", "contracts", "data", "evaluation", "recommenders"}
    assert {Path(path).stem for path in shipped if path.count("/") == 2 and "recommenders/" in path} == {
        "__init__",
        name,
    }


def test_the_real_training_job_ships_no_part_of_the_front_the_stacks_or_the_command_line() -> None:
    scripts = sorted(JOB.rglob("*.py"))
    rooms = {path.relative_to(CHECKOUT / "bakeoff").parts[0] for path in imported_modules(scripts)}
    assert not rooms & {"serving", "workflow", "command_line", "config.py", "images.py", "__main__.py"}
