"""Reads the lists of one contestant as a job writes them, and prints the seconds: for `bench.evaluation`."""

import json
import sys
import time
from pathlib import Path

from bakeoff.data.prepared import Prepared
from bakeoff.evaluation.lists import read_lists
from bench.evaluation_data import ANSWERS


def main(folder: Path) -> None:
    """The ids are read before, as they are once for the whole field."""
    prepared = Prepared.open(folder / "prepared")
    assert prepared.item_columns
    assert len(prepared.test_users)
    begun, used = time.perf_counter(), time.process_time()
    found = read_lists((folder / ANSWERS).parent, prepared)
    seconds = {"wall": time.perf_counter() - begun, "cpu": time.process_time() - used}
    print(json.dumps({**seconds, "problems": found.problems}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
