"""A preparation that is killed: no manifest before everything is there, and the next one makes the same bytes."""

import json
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bakeoff.data import layout
from bakeoff.data.prepared import Prepared
from bakeoff.data.run import prepare_folder
from bakeoff.data.settings import PreparationSettings
from bakeoff.data.writing import UNFINISHED, FolderWriter, only_writer
from bakeoff.errors import DataError
from tests.support.events import random_events, shop_settings, write_raw

CHECKOUT = Path(__file__).parents[3]
# Says what it does, and waits at the given moment to be killed: it has nothing more to read and nobody writes.
CHILD = """
import sys
from contextlib import contextmanager
from pathlib import Path
from bakeoff.data import writing
from bakeoff.data.run import prepare_folder
from bakeoff.data.settings import PreparationSettings

moment = sys.argv[4]

def reached(name):
    print(name, flush=True)
    if name == moment:
        sys.stdin.read()

class Slow(writing.FolderWriter):
    @contextmanager
    def file(self, path, *, begin=b""):
        with super().file(path, begin=begin) as content:
            reached(f"begun {path}")
            yield content
            reached(f"filled {path}")
        reached(f"written {path}")

import bakeoff.data.run
bakeoff.data.run.FolderWriter = Slow
raw, prepared, mapping = sys.argv[1:4]
lenient = {"min_interactions": 1, "min_users": 1, "max_rejected_share": 1.0}
settings = PreparationSettings(dataset="shop", mapping=mapping, **lenient)
prepare_folder(Path(raw), Path(prepared), settings, progress=reached)
"""


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def killed(raw: Path, folder: Path, mapping: Path, *, moment: str) -> list[str]:
    """What a child says until it waits at the moment, where it is killed as the kernel kills."""
    child = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", CHILD, str(raw), str(folder), str(mapping), moment],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout
    said = []
    with child:
        for line in child.stdout:
            said.append(line.strip())
            if said[-1] == moment:
                break
        child.send_signal(signal.SIGKILL)
        child.wait()
    assert child.returncode == -signal.SIGKILL, "it was to be killed and not to end"
    return said


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """The shop, prepared without interruption."""
    folder = tmp_path_factory.mktemp("whole")
    mapping = write_raw(folder / "raw", random_events(2))
    prepare_folder(folder / "raw", folder / "prepared", shop_settings(mapping))
    return Prepared.open(folder / "prepared")


def test_folder_of_a_killed_preparation_has_no_manifest_and_the_next_one_makes_the_same_bytes(
    whole: Prepared, tmp_path: Path
) -> None:
    raw, mapping = whole.folder.parent / "raw", whole.folder.parent / "shop.toml"
    folder = tmp_path / "prepared"
    draw = random.Random(5)
    some = [
        f"{draw.choice(('begun', 'filled', 'written'))} {name}" for name in draw.sample([*whole.manifest["files"]], 1)
    ]
    # While it reads, while it writes, and with everything there but the manifest's own name.
    for moment in ("splitting", *some, f"filled {layout.MANIFEST}"):
        said = killed(raw, folder, mapping, moment=moment)
        written = {line.removeprefix("written ") for line in said if line.startswith("written ")}
        there = files_of(folder)
        assert layout.MANIFEST not in there
        # A file under its own name is a whole one.
        complete = {name for name in there if not name.endswith(".partial")} - {UNFINISHED}
        assert written <= complete
        assert all(there[name] == (whole.folder / name).read_bytes() for name in complete)
        with pytest.raises(DataError, match=r"manifest\.json does not exist: the preparation did not finish"):
            Prepared.open(folder)
    prepare_folder(raw, folder, shop_settings(mapping))
    assert files_of(folder) == files_of(whole.folder)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["prepared"], "nothing is left beside it"


def test_folder_killed_between_the_manifest_and_the_note_is_prepared_anew(whole: Prepared, tmp_path: Path) -> None:
    raw, mapping = whole.folder.parent / "raw", whole.folder.parent / "shop.toml"
    folder = tmp_path / "prepared"
    killed(raw, folder, mapping, moment=f"written {layout.MANIFEST}")
    assert {name: content for name, content in files_of(folder).items() if name != UNFINISHED} == files_of(whole.folder)
    prepare_folder(raw, folder, shop_settings(mapping))
    assert files_of(folder) == files_of(whole.folder)


@pytest.mark.parametrize("content", ["notes.txt", layout.MANIFEST, "matrix/users.json"])
def test_folder_with_anything_else_in_it_is_refused_and_left_as_it_is(
    whole: Prepared, tmp_path: Path, content: str
) -> None:
    raw, mapping = whole.folder.parent / "raw", whole.folder.parent / "shop.toml"
    (tmp_path / content).parent.mkdir(exist_ok=True)
    (tmp_path / content).write_text("mine", encoding="utf-8")
    with pytest.raises(DataError, match="is not empty; give an empty folder"):
        prepare_folder(raw, tmp_path, shop_settings(mapping))
    assert files_of(tmp_path) == {content: b"mine"}


def test_complete_folder_is_not_prepared_over(whole: Prepared) -> None:
    before = files_of(whole.folder)
    raw, mapping = whole.folder.parent / "raw", whole.folder.parent / "shop.toml"
    with pytest.raises(DataError, match="is not empty"):
        prepare_folder(raw, whole.folder, shop_settings(mapping))
    assert files_of(whole.folder) == before


def test_failed_preparation_leaves_a_folder_that_the_next_one_takes(whole: Prepared, tmp_path: Path) -> None:
    raw, mapping = whole.folder.parent / "raw", whole.folder.parent / "shop.toml"
    with pytest.raises(DataError, match="too little"):
        prepare_folder(
            raw, tmp_path / "prepared", PreparationSettings(dataset="shop", mapping=str(mapping), min_users=99)
        )
    prepare_folder(raw, tmp_path / "prepared", shop_settings(mapping))
    assert Prepared.open(tmp_path / "prepared").split_hash == whole.split_hash


def test_file_whose_writing_fails_never_has_its_own_name(tmp_path: Path) -> None:
    writer = FolderWriter(tmp_path)

    def write() -> None:
        with writer.file("a/b.json") as content:
            content.write(b"half")
            raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        write()
    assert not (tmp_path / "a" / "b.json").exists()
    assert writer.files == {}
    writer.finish(layout.MANIFEST, {"files": writer.files})
    assert json.loads((tmp_path / layout.MANIFEST).read_text(encoding="utf-8")) == {"files": {}}


def test_two_preparations_into_one_folder_do_not_delete_each_others_files(movielens: Path, tmp_path: Path) -> None:
    folder = tmp_path / "prepared"
    with only_writer(folder):
        (folder / UNFINISHED).touch()
        (folder / "half.npy").touch()
        with pytest.raises(DataError, match=r"Another preparation is writing into .*prepared; wait for its end"):
            prepare_folder(movielens, folder, PreparationSettings(dataset="small"))
        assert (folder / "half.npy").exists()
    prepare_folder(movielens, folder, PreparationSettings(dataset="small"))
    assert not (folder / "half.npy").exists()
