"""Stages the library into what is shipped: Lambda folders, job archives, model archives' code. Standard library only.

One folder `bakeoff/` is the source of all of them, with the same import path everywhere. What a script ships with is
what it imports, directly or not: read from the import statements, so that a change elsewhere leaves its bytes alone.
"""

import ast
import gzip
import hashlib
import io
import os
import shutil
import tarfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from bakeoff.errors import SetupError

LIBRARY = "bakeoff"
ROOT = Path(__file__).parent.parent
RECOMMENDERS = "bakeoff.recommenders"
TRAIN_JOB = "train_recommender"
INFERENCE = "serve/inference.py"
# A job's script for Glue, if it has one; what Glue runs travels in a zip of its own.
ON_SPARK = "*_on_spark.py"
# What a package reads of the files beside its modules, and a job's list of the wheels that it installs.
DATA_FILES = ("*.toml", "*.html.j2", "*.css")
WHEELS = "wheels.txt"
# The oldest time that a zip can tell: no entry knows when it was made.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
# Rooms that a Lambda may hold: standard library, botocore and urllib3 only.
LAMBDA_ROOMS = ("contracts", "judging", "pricing", "serving", "workflow")


def stage_lambda(name: str, *, build: Path, root: Path = ROOT) -> Path:
    """Write the folder that becomes the zip of ``lambdas/<name>``; the folder's former content is removed.

    Raises:
        SetupError: the handler imports a room that a Lambda cannot hold.
    """
    source = root / "lambdas" / name
    scripts = _files(source)
    modules = imported_modules(scripts, root=root)
    _refuse_heavy_rooms(modules, name)
    target = build / "lambdas" / name
    shutil.rmtree(target, ignore_errors=True)
    _copy([*_named(scripts, source), *_named(modules, root)], target)
    return target


def stage_job(name: str, *, build: Path, root: Path = ROOT) -> Path:
    """Write the tarball of ``sagemaker_jobs/<name>``: the same source gives the same bytes."""
    source = root / "sagemaker_jobs" / name
    scripts = [path for path in _files(source) if not path.match(ON_SPARK)]
    found_by_name = _recommenders(root) if name == TRAIN_JOB else []
    modules = imported_modules(scripts, and_named=found_by_name, root=root)
    files = [*_named([*scripts, *source.glob(WHEELS)], source), *_named(_with_data_files(modules), root)]
    return _written(build / "jobs" / name / "source.tar.gz", tarball(files))


def stage_wheels(name: str, wheels: Iterable[Path], *, build: Path) -> Path:
    """Write the wheels of job `name` as one tarball, which is not compressed, for wheels are."""
    return _written(build / "jobs" / name / "wheels.tar", _archive((path, path.name) for path in wheels))


def stage_spark_library(name: str, wheels: Iterable[Path], *, build: Path, root: Path = ROOT) -> Path:
    """Write the zip that job `name` imports from on Spark: of the library what its script imports, and wheels.

    Args:
        wheels: whose content goes along, to be imported from the zip; Python alone.
    """
    scripts = sorted((root / "sagemaker_jobs" / name).glob(ON_SPARK))
    if not scripts:
        raise SetupError(f"sagemaker_jobs/{name} has no script {ON_SPARK}, so nothing can be staged for Spark.")
    modules = imported_modules(scripts, root=root)
    content = {arcname: path.read_bytes() for path, arcname in _named(_with_data_files(modules), root)}
    for wheel in wheels:
        with zipfile.ZipFile(wheel) as archive:
            content |= {entry: archive.read(entry) for entry in archive.namelist() if not entry.endswith("/")}
    return _written(build / "jobs" / name / "spark.zip", _zip(content))


def stage_model_code(recommender: str, *, into: Path, job: Path, root: Path = ROOT) -> None:
    """Write a model archive's ``code`` folder: inference.py and the part of the library that answers with it.

    Args:
        recommender: the one recommender whose file goes along.
        into: the folder to write.
        job: the training job's folder.
        root: where the library lies.
    """
    inference = job / INFERENCE
    modules = imported_modules([inference], and_named=[f"{RECOMMENDERS}.{recommender}"], root=root)
    _copy([(inference, inference.name), *_named(modules, root)], into)


def recommender_hashes(*, root: Path = ROOT) -> dict[str, str]:
    """Per recommender, twelve hex digits over all the source that its models are made with.

    A model has to be trained again when its hash changes; a change in another recommender's file leaves it alone.
    """
    job = root / "sagemaker_jobs" / TRAIN_JOB
    scripts = _files(job)
    hashes = {}
    for recommender in _recommenders(root):
        modules = imported_modules(scripts, and_named=[recommender], root=root)
        content = _archive(_named([*scripts, *job.glob(WHEELS), *modules], root))
        hashes[recommender.rpartition(".")[2]] = hashlib.sha256(content).hexdigest()[:12]
    return hashes


def tarball(files: Iterable[tuple[Path, str]]) -> bytes:
    """A .tar.gz of files under the given names: sorted, without times, owners or modes of this machine."""
    # Neither a time nor a file name stands in the header of the compressed stream.
    return gzip.compress(_archive(files), mtime=0)


def _zip(content: Mapping[str, bytes]) -> bytes:
    """A zip without times and modes of this machine; not compressed, for that is quicker to write and to import."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, data in sorted(content.items()):
            entry = zipfile.ZipInfo(name, date_time=_NO_TIME)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, data)
    return target.getvalue()


def _written(target: Path, content: bytes) -> Path:
    """`target`, which is never half written, also where two processes write it at once."""
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_suffix(f".unfinished-{os.getpid()}")
    unfinished.write_bytes(content)
    unfinished.replace(target)
    return target


def _archive(files: Iterable[tuple[Path, str]]) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, name in sorted(files, key=lambda entry: entry[1]):
            data = path.read_bytes()
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o644
            archive.addfile(entry, io.BytesIO(data))
    return content.getvalue()


def imported_modules(scripts: Iterable[Path], *, and_named: Iterable[str] = (), root: Path = ROOT) -> set[Path]:
    """The library's files that scripts import, directly or not, inside functions too; the scripts are not among them.

    A module brings the ``__init__.py`` of its packages along, for Python runs them first.

    Args:
        scripts: files outside the library.
        and_named: dotted names of modules that a script finds by name, which no import statement tells.
        root: where the library lies.
    """
    found: set[Path] = set()
    for name in and_named:
        found |= _module_files(name, root)
    waiting = [*scripts, *found]
    while waiting:
        for name in _library_imports(waiting.pop()):
            new = _module_files(name, root) - found
            found |= new
            waiting += new
    return found


def _library_imports(path: Path) -> Iterator[str]:
    """The dotted names of the library that a file imports; of ``from a import b`` both a and a.b."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), filename=str(path))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        yield from (name for name in names if name.split(".")[0] == LIBRARY)


def _module_files(name: str, root: Path) -> set[Path]:
    """The module's file and its packages' ``__init__.py``; of a name that is no module, its packages' only."""
    parts = name.split(".")
    candidates = [root.joinpath(*parts[:depth], "__init__.py") for depth in range(1, len(parts) + 1)]
    candidates.append(root.joinpath(*parts[:-1], f"{parts[-1]}.py"))
    return {path for path in candidates if path.is_file()}


def _with_data_files(modules: Iterable[Path]) -> list[Path]:
    """`modules`, and what their packages read beside them."""
    modules = list(modules)
    packages = [path.parent for path in modules if path.name == "__init__.py"]
    return modules + [file for package in packages for pattern in DATA_FILES for file in sorted(package.glob(pattern))]


def _recommenders(root: Path) -> list[str]:
    files = root.joinpath(*RECOMMENDERS.split(".")).glob("*.py")
    return sorted(f"{RECOMMENDERS}.{path.stem}" for path in files if path.stem != "__init__")


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise SetupError(f"{folder} does not exist, so nothing can be staged from it; check the name.")
    return sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)


def _refuse_heavy_rooms(modules: Iterable[Path], name: str) -> None:
    rooms = {path.parent.name for path in modules if path.name == "__init__.py" and path.parent.parent.name == LIBRARY}
    heavy = sorted(rooms - set(LAMBDA_ROOMS))
    if heavy:
        raise SetupError(f"lambdas/{name} imports bakeoff.{', bakeoff.'.join(heavy)}, which a Lambda cannot hold.")


def _named(paths: Iterable[Path], base: Path) -> list[tuple[Path, str]]:
    return [(path, path.relative_to(base).as_posix()) for path in sorted(paths)]


def _copy(files: Iterable[tuple[Path, str]], target: Path) -> None:
    for path, name in files:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target / name)
