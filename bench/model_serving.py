"""Loads the archive and answers requests as the endpoint does, and writes its milliseconds: for `bench.model`."""

import json
import sys
import time
from pathlib import Path

import numpy as np

from bakeoff.recommenders.base.answering import JSON, answer, read_requests, write_answers
from bakeoff.recommenders.base.archive import Archive


def main(folder: Path, result: Path) -> None:
    """One request at a time, from its body to the answer's."""
    archive = Archive.load(folder / "archive")
    requests = (folder / "requests.jsonl").read_text().splitlines()
    seconds = []
    for body in requests:
        begun = time.perf_counter()
        write_answers(answer(archive, read_requests(body, JSON)), JSON)
        seconds.append(time.perf_counter() - begun)
    p50, p99 = (float(value) * 1000 for value in np.percentile(seconds, [50, 99]))
    result.write_text(json.dumps({"p50": p50, "p99": p99}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
