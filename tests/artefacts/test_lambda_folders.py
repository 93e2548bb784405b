"""Every staged function is imported alone: by an interpreter that sees the folder, botocore and urllib3 only."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import botocore
import pytest

from bakeoff.shipping import stage_lambda

CHECKOUT = Path(__file__).parent.parent.parent
FOLDERS = sorted(path.parent.name for path in (CHECKOUT / "lambdas").glob("*/handler.py"))
LIBRARIES = Path(botocore.__file__).parent.parent
# What Lambda's Python runtime brings along, and what that needs in turn.
IN_THE_RUNTIME = {"botocore", "urllib3", "jmespath", "dateutil", "six"}
LARGEST_FOLDER = 1024 * 1024  # bytes; a cold start reads all of it
# -I and -S: neither this checkout nor any installed package is in sight; a finder lends those of the runtime.
IMPORT_ALONE = """
import importlib.machinery, json, sys
folder, libraries, lent = sys.argv[1], sys.argv[2], set(json.loads(sys.argv[3]))

class Runtime:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in lent:
            return importlib.machinery.PathFinder.find_spec(name, path or [libraries])

sys.path.insert(0, folder)
sys.meta_path.append(Runtime)
import handler
assert callable(handler.lambda_handler)
ours = [module.__file__ for name, module in sys.modules.items() if name.partition(".")[0] in ("handler", "bakeoff")]
print(json.dumps({"ours": ours, "all": sorted({name.partition(".")[0] for name in sys.modules})}))
"""


@dataclass(frozen=True)
class Imported:
    folder: Path
    ours: list[Path]
    packages: set[str]


@pytest.fixture(scope="module", params=FOLDERS)
def imported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """Each function in turn, staged and imported."""
    folder = stage_lambda(request.param, build=tmp_path_factory.mktemp("build"))
    done = subprocess.run(
        [sys.executable, "-B", "-I", "-S", "-c", IMPORT_ALONE, folder, LIBRARIES, json.dumps(sorted(IN_THE_RUNTIME))],
        env={},  # an import that reads a variable would fail in every test and at every cold start
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    return Imported(folder, [Path(path) for path in said["ours"]], set(said["all"]))


def test_a_function_needs_its_folder_and_the_runtime_only(imported: Imported) -> None:
    assert all(path.is_relative_to(imported.folder) for path in imported.ours)
    foreign = imported.packages - set(sys.stdlib_module_names) - {"handler", "bakeoff", "__main__"}
    assert foreign <= IN_THE_RUNTIME


def test_a_function_ships_what_it_imports_and_nothing_that_it_never_does(imported: Imported) -> None:
    shipped = {path for path in imported.folder.rglob("*") if path.is_file()}
    assert {path.suffix for path in shipped} == {".py"}
    assert sum(path.stat().st_size for path in shipped) < LARGEST_FOLDER
    assert shipped == set(imported.ours), "every file that is shipped is imported at the start"


def test_a_function_that_would_need_pandas_is_refused_where_it_is_imported(tmp_path: Path) -> None:
    """The interpreter of these tests does keep out what Lambda does not have."""
    (tmp_path / "handler.py").write_text("import pandas\ndef lambda_handler(event, context): ...\n")
    done = subprocess.run(
        [sys.executable, "-B", "-I", "-S", "-c", IMPORT_ALONE, tmp_path, LIBRARIES, json.dumps(sorted(IN_THE_RUNTIME))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "ModuleNotFoundError: No module named 'pandas'" in done.stderr


@pytest.mark.parametrize("name", FOLDERS)
def test_staging_again_leaves_nothing_of_before_and_changes_no_byte(name: str, tmp_path: Path) -> None:
    first = stage_lambda(name, build=tmp_path)
    before = {path.relative_to(first): path.read_bytes() for path in first.rglob("*.py")}
    (first / "left_over.py").write_text("")
    again = stage_lambda(name, build=tmp_path)
    assert {path.relative_to(again): path.read_bytes() for path in again.rglob("*.py")} == before
