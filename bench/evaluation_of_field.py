"""Evaluates the made-up field; the lists come as arrays, all else as in a run: for `bench.evaluation`."""

import sys
from pathlib import Path
from typing import Any

import numpy as np

from bakeoff.evaluation.lists import ContestantLists
from bakeoff.evaluation.ranking import Lists
from bakeoff.evaluation.run import Folders, evaluate_run
from bench.evaluation_data import LISTS


def read(folder: Path, *_: Any, **__: Any) -> ContestantLists:
    """One contestant's lists, without reading a line."""
    return ContestantLists(lists=Lists.from_matrix(np.load(folder / LISTS)), problems=[], notes=[])


def main(folder: Path) -> None:
    """Evaluate into ``output/``."""
    folders = Folders(
        prepared=folder / "prepared",
        lists=folder / "lists",
        run=folder / "run",
        incumbent=folder / "none",
        curves=folder / "none",
        output=folder / "output",
    )
    evaluate_run(folders, read=read)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
