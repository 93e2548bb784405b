"""Settings: the defaults, and that one error names every fault."""

import pytest

from bakeoff.errors import SettingsError
from bakeoff.serving.settings import Settings

NEEDED = {
    "RUNS_TABLE": "runs",
    "ITEMS_TABLE": "items",
    "HISTORIES_TABLE": "histories",
    "PROMOTED_RUN_PARAMETER": "/p",
    "MAX_HISTORY": "200",
}


def test_what_is_not_said_has_its_default() -> None:
    settings = Settings.from_environment(NEEDED)
    assert (settings.runs_table, settings.max_history) == ("runs", 200)
    assert (settings.budget_ms, settings.reserve_ms, settings.run_cache_seconds) == (2000, 250, 30)


def test_what_is_said_counts() -> None:
    settings = Settings.from_environment({**NEEDED, "BUDGET_MS": "900", "RUN_CACHE_SECONDS": "0"})
    assert (settings.budget_ms, settings.run_cache_seconds) == (900, 0)


def test_an_empty_environment_names_every_missing_variable() -> None:
    with pytest.raises(SettingsError) as failure:
        Settings.from_environment({})
    for variable in NEEDED:
        assert f"{variable} is not set" in str(failure.value)


@pytest.mark.parametrize("text", ["0", "-1", "2.5", "many", "٣", "1" * 30])
def test_a_malformed_number_is_named_with_its_value_beside_other_faults(text: str) -> None:
    with pytest.raises(SettingsError) as failure:
        Settings.from_environment({**NEEDED, "RUNS_TABLE": "", "BUDGET_MS": text})
    assert "RUNS_TABLE is not set" in str(failure.value)
    assert f"BUDGET_MS is '{text}' and must be a whole number from 1 to 29000" in str(failure.value)
