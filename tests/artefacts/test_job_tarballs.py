"""Job tarballs, unpacked alone: their entries in a fresh interpreter that sees nothing else of the checkout."""

import json
from pathlib import Path

import pytest

from bakeoff.shipping import stage_job
from local_cloud.sagemaker import archives
from tests.support.reports import evaluation, write_run
from tests.support.training import CHECKOUT, SMALL, hyperparameters, job_environment, run_alone

JOBS = sorted(path.name for path in (CHECKOUT / "sagemaker_jobs").iterdir() if path.is_dir() and path.name[0] != "_")
# What no image of a job has, and what the PyTorch image is not promised to have.
NOWHERE = ("boto3", "botocore", "pydantic", "aws_cdk", "typer")
NOT_WITH_TORCH = ("scipy", "pandas", "sklearn", "pyarrow")
# By recommender; those on the scikit-learn image lack torch.
ABSENT = dict.fromkeys(("autoencoder", "hrnn", "sasrec"), NOWHERE + NOT_WITH_TORCH)
ANSWER_SIMILAR = ("content", "content_article")


def unpack(job: str, folder: Path) -> Path:
    code = folder / "code"
    archives.unpack(stage_job(job, build=folder / "build"), code)
    return code


@pytest.mark.parametrize("job", JOBS)
def test_every_script_of_a_job_imports_from_its_tarball_alone(job: str, tmp_path: Path) -> None:
    code = unpack(job, tmp_path)
    scripts = [path.relative_to(code).as_posix() for path in code.rglob("*.py") if "bakeoff" not in path.parts]
    assert scripts
    (code / "all.py").write_text(
        "import runpy, bakeoff\n"
        f"assert bakeoff.__file__.startswith({str(code)!r}), bakeoff.__file__\n"
        f"for script in {scripts}: runpy.run_path(script, run_name='imported')"
    )
    done = run_alone("all.py", folder=code, environment={}, absent=(*NOWHERE, "torch"))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("contestant", SMALL)
def test_the_training_job_trains_with_its_images_libraries_alone(
    contestant: str, prepared_folder: Path, tmp_path: Path
) -> None:
    recommender = SMALL[contestant][0]
    environment = job_environment(tmp_path, hyperparameters(contestant))
    (tmp_path / "prepared").symlink_to(prepared_folder, target_is_directory=True)
    code = unpack("train_recommender", tmp_path)
    done = run_alone(
        "train.py", folder=code, environment=environment, absent=ABSENT.get(recommender, (*NOWHERE, "torch"))
    )
    assert done.returncode == 0, done.stderr
    assert "validation:ndcg@10=" in done.stdout
    model = tmp_path / "model"
    assert json.loads((model / "model.json").read_text())["contestant"] == contestant
    assert {path.name for path in model.iterdir()} == {
        "arrays",
        "code",
        "curve.json",
        "items.json",
        "model.json",
        "validation.json",
        "validation_lists.npz",
    }
    assert (model / "code" / "inference.py").is_file()
    alike = {"neighbours.jsonl"} if recommender in ANSWER_SIMILAR else set()
    assert {path.name for path in tmp_path.joinpath("output").rglob("*") if path.is_file()} == {
        "curve.json",
        "model.json",
        "validation.json",
        "validation_lists.npz",
        *alike,
    }
    for path in (tmp_path / "output" / "data").glob("*.json"):
        assert path.read_bytes() == (model / path.name).read_bytes()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"recommender": "svd"}, "There is no recommender 'svd'"),
        ({"settings": '{"reg": []}'}, "The settings of ease has 1 fault"),
        ({"seed": "x"}, "seed is 'x'; it must be a whole number"),
    ],
)
def test_a_failed_training_says_why_in_the_failure_file(
    changes: dict[str, str], sentence: str, prepared_folder: Path, tmp_path: Path
) -> None:
    plain = {"contestant": "ease", "recommender": "ease", "settings": "{}", "learns_from": "liked", "seed": "7"}
    environment = job_environment(tmp_path, plain | changes)
    (tmp_path / "prepared").symlink_to(prepared_folder, target_is_directory=True)
    code = unpack("train_recommender", tmp_path)
    done = run_alone("train.py", folder=code, environment=environment, absent=NOWHERE)
    assert done.returncode == 1
    assert sentence in (tmp_path / "output" / "failure").read_text()
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "model" / "model.json").exists()


def test_a_training_without_its_data_says_so(tmp_path: Path) -> None:
    plain = {"contestant": "ease", "recommender": "ease", "settings": "{}", "learns_from": "liked", "seed": "7"}
    code = unpack("train_recommender", tmp_path)
    done = run_alone("train.py", folder=code, environment=job_environment(tmp_path, plain), absent=NOWHERE)
    assert done.returncode == 1
    assert "manifest.json does not exist" in (tmp_path / "output" / "failure").read_text()


def test_the_report_job_writes_its_page_with_its_templates_and_no_library_of_aws(tmp_path: Path) -> None:
    write_run(tmp_path, evaluated=evaluation())
    folders = {f"{name.upper()}_DIR": str(tmp_path / name) for name in ("report", "evaluation", "curves", "output")}
    code = unpack("write_report", tmp_path)
    # The scikit-learn image has NumPy and its like; the page needs none of them.
    absent = (*NOWHERE, *NOT_WITH_TORCH, "torch", "numpy")
    done = run_alone("write_report.py", folder=code, environment=folders, absent=absent)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("report.html: ")
    page = (tmp_path / "output" / "report.html").read_text()
    assert page.startswith("<!doctype html>")
    assert "Every step, measured on the validation part" in page


def test_a_report_job_without_a_report_says_so(tmp_path: Path) -> None:
    environment = {"REPORT_DIR": str(tmp_path), "MESSAGE_FILE": str(tmp_path / "message")}
    done = run_alone(
        "write_report.py", folder=unpack("write_report", tmp_path), environment=environment, absent=NOWHERE
    )
    assert done.returncode == 1
    assert "report.json does not exist" in (tmp_path / "message").read_text()
    assert "Traceback" not in done.stderr
