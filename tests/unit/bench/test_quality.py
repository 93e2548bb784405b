"""How long `make bench-quality` takes, over the runs that it may have been interrupted in."""

import time
from pathlib import Path

import pytest

from bench import quality


def test_the_wall_counts_from_where_the_run_began_and_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quality, "FOLDER", tmp_path)
    interrupted = quality.Wall([], began=time.monotonic() - 100)
    interrupted.keep()
    further = quality.Wall([], began=time.monotonic() - 20).seconds()
    assert further is not None
    assert 120 <= further < 200
