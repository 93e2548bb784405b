"""The doctor's checks, with the machine played."""

import socket
from pathlib import Path

import pytest

from bakeoff.command_line import doctor
from bakeoff.command_line.doctor import Check, Machine, PortState, examine, require
from bakeoff.errors import SetupError

GIB = 1024**3


def machine(
    *,
    python: tuple[int, int] = (3, 12),
    node: str | None = "v22.11.0",
    npm: str | None = "10.9.0",
    cdk: str | None = "2.1148.1 (build fcf5e34)",
    port: PortState = "free",
    free_bytes: int = 50 * GIB,
    java: str | None = "openjdk 17.0.15 2025-04-15",
    checkout: Path = Path("checkout"),
) -> Machine:
    answers = {"node": node, "npm": npm, "cdk": cdk, "java": java}
    return Machine(
        checkout=checkout,
        python=python,
        output=lambda command: answers[Path(command[0]).name],
        port_state=lambda number: port,
        free_bytes=lambda folder: free_bytes,
    )


def failed(checks: list[Check]) -> dict[str, str]:
    return {check.what: check.advice for check in checks if not check.ok}


def test_a_fit_machine_passes_every_check() -> None:
    checks = examine(machine(), port=4566)
    require(checks)
    assert [check.what for check in checks] == ["Python", "Node", "npm", "AWS CDK command line", "Port 4566", "Disk"]
    assert all(check.ok and not check.advice for check in checks)


@pytest.mark.parametrize("java", ["openjdk 17.0.15 2025-04-15", "java 21 2023-09-19 LTS"])
def test_with_spark_java_and_its_environment_are_looked_for_too(tmp_path: Path, java: str) -> None:
    (tmp_path / ".venv-spark" / "bin").mkdir(parents=True)
    (tmp_path / ".venv-spark" / "bin" / "python").touch()
    checks = examine(machine(java=java, checkout=tmp_path), port=4566, engine="spark")
    require(checks)
    assert [check.what for check in checks][-2:] == ["Java", "Spark"]


@pytest.mark.parametrize("java", [None, "openjdk 11.0.2 2019-01-15", "java version unknown"])
def test_without_java_or_spark_it_says_how_to_get_them(java: str | None) -> None:
    advice = failed(examine(machine(java=java), port=4566, engine="spark"))
    assert "apt-get install openjdk-17-jre-headless" in advice["Java"]
    assert "make spark-environment" in advice["Spark"]


@pytest.mark.parametrize(
    ("unfit", "what", "advice"),
    [
        (machine(python=(3, 10)), "Python", "3.11 to 3.13"),
        (machine(python=(3, 14)), "Python", "3.11 to 3.13"),
        (machine(node=None), "Node", "Install Node 22"),
        (machine(node="v18.20.0"), "Node", "Install Node 22"),
        (machine(node="nonsense"), "Node", "Install Node 22"),
        (machine(npm=None), "npm", "comes with Node"),
        (machine(cdk=None), "AWS CDK command line", "make install"),
        (machine(port="taken"), "Port 4566", "make demo PORT=4567"),
        (machine(free_bytes=GIB), "Disk", "at least 2 GiB"),
    ],
)
def test_an_unfit_machine_fails_one_check_that_says_how_to_mend_it(unfit: Machine, what: str, advice: str) -> None:
    checks = examine(unfit, port=4566)
    assert list(failed(checks)) == [what]
    assert advice in failed(checks)[what]
    with pytest.raises(SetupError, match=f"^{what}: "):
        require(checks)


def test_an_old_node_that_will_do_is_said_to_be_old() -> None:
    node = examine(machine(node="v20.20.2"), port=4566)[1]
    assert (node.ok, node.found) == (True, "v20.20.2")
    assert "Node 22" in node.advice


def test_our_own_local_cloud_on_the_port_is_fine() -> None:
    port = examine(machine(port="ours"), port=4566)[4]
    assert (port.ok, port.found) == (True, "our local cloud listens")


def test_a_port_that_somebody_listens_on_is_not_free() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        taken = listener.getsockname()[1]
        assert not doctor.port_is_free(taken)
    assert doctor.port_is_free(taken)


def test_a_command_that_is_not_there_or_fails_has_no_output() -> None:
    assert doctor.command_output(["no-such-command-anywhere"]) is None
    assert doctor.command_output(["false"]) is None
    assert doctor.command_output(["echo", " v1 "]) == "v1"
