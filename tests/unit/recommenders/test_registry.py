"""The registry: a recommender is found by its file's name and imported when it is asked for."""

import subprocess
import sys
from pathlib import Path

import pytest

from bakeoff import recommenders
from bakeoff.errors import ModelError

CHECKOUT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", recommenders.names())
def test_every_file_is_a_recommender(name: str) -> None:
    found = recommenders.find(name)
    assert callable(found.choose)
    assert callable(found.fit)
    assert found.Settings() == found.Settings()


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ModelError, match=r"no recommender 'esae'; known are als, autoencoder, content, "):
        recommenders.find("esae")


@pytest.mark.parametrize("name", ["base", "__init__", "../errors"])
def test_what_is_no_recommender_is_not_found(name: str) -> None:
    with pytest.raises(ModelError):
        recommenders.find(name)


@pytest.mark.parametrize("name", recommenders.names())
def test_importing_a_recommender_imports_no_heavy_library(name: str) -> None:
    script = (
        f"import sys; from bakeoff.recommenders import find; find({name!r}); "
        "print({'torch', 'sklearn', 'scipy', 'pandas', 'implicit'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
