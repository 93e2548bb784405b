"""Runs the command of a container as a subprocess of this machine: its folders, its clean environment, its end.

A laptop has no `/opt/ml`, so wherever the request names it, the job's own folder stands in its place.
"""

import os
import re
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

_OPT_ML = re.compile(r"(?<![\w.-])/opt/ml(?![\w.-])")
_SHELL_SAFE = re.compile(r"[\w@%+=:,./-]+")
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
POLL_SECONDS = 0.05
END_POLL_SECONDS = 0.01
KILL_SECONDS = 5.0  # the kernel's time for a SIGKILL


@dataclass(frozen=True)
class Container:
    """The file system of a container.

    Args:
        root: what stands for `/`; `opt/ml`, `home` and `bin` lie in it. Without characters that a shell would split.
    """

    root: Path

    @property
    def opt_ml(self) -> Path:
        return self.root / "opt" / "ml"

    def path(self, absolute: str) -> Path:
        """Where the container's path `absolute` lies on this machine."""
        return self.root / absolute.lstrip("/")

    def moved(self, text: str) -> str:
        """`text` with `/opt/ml` replaced by the folder that stands for it."""
        return _OPT_ML.sub(lambda _: str(self.opt_ml), text)

    def environment(self, extra: Mapping[str, str], *, region: str) -> dict[str, str]:
        """A clean environment as in the images, and `extra` over it; libraries get one thread, as jobs share cores."""
        return {
            "PATH": f"{self.root / 'bin'}:{SYSTEM_PATH}",
            "HOME": str(self.root / "home"),
            "TMPDIR": str(self.root / "tmp"),
            "LANG": "C.UTF-8",
            "PYTHONUNBUFFERED": "TRUE",
            "PYTHONDONTWRITEBYTECODE": "TRUE",
            "PYTHONIOENCODING": "UTF-8",
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
            "MKL_NUM_THREADS": "1",
            **{name: self.moved(value) for name, value in extra.items()},
        }


@contextmanager
def container(folder: Path) -> Iterator[Container]:
    """A container whose files lie in `folder`; a path that a shell would split is reached by a link without."""
    for name in ("opt/ml", "home", "tmp"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    _make_python(folder)
    if _SHELL_SAFE.fullmatch(str(folder.absolute())):
        yield Container(folder.absolute())
        return
    with tempfile.TemporaryDirectory(prefix="local-cloud-") as links:
        link = Path(links) / "container"
        link.symlink_to(folder.absolute(), target_is_directory=True)
        yield Container(link)


def _make_python(folder: Path) -> None:
    """Make `folder` a virtual environment over that of the local cloud: its packages are there, and pip neither takes
    them away nor adds to them. What a job installs is the job's own."""
    base = Path(getattr(sys, "_base_executable", sys.executable))
    packages = folder / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    for made in (folder / "bin", packages):
        made.mkdir(parents=True, exist_ok=True)
    for name in ("python3", "python"):
        (folder / "bin" / name).unlink(missing_ok=True)
        (folder / "bin" / name).symlink_to(base)
    (folder / "pyvenv.cfg").write_text(
        f"home = {base.parent}\ninclude-system-site-packages = false\n", encoding="utf-8"
    )
    paths = sysconfig.get_paths()
    inherited = dict.fromkeys((paths["purelib"], paths["platlib"]))
    lines = [f"import site; site.addsitedir({path!r})" for path in inherited]
    (packages / "local_cloud.pth").write_text("\n".join(lines) + "\n", encoding="utf-8")


@dataclass(frozen=True)
class Outcome:
    """How a command ended: its exit code as a shell gives it, and whether it was ended because of its run time."""

    exit_code: int
    out_of_time: bool = False


def run(
    arguments: list[str],
    *,
    inside: Container,
    environment: Mapping[str, str],
    write: Callable[[str], None],
    stop: Callable[[], bool],
    longest: float,
    grace: Callable[[], float],
) -> Outcome:
    """Run a command to its end, and end whatever it leaves behind.

    Args:
        arguments: the program and its arguments, `/opt/ml` already moved.
        inside: where it runs.
        environment: the whole environment.
        write: takes each line of standard output and standard error.
        stop: says whether the command is to be stopped.
        longest: seconds that it may run.
        grace: gives the seconds between SIGTERM and SIGKILL; AWS gives 120.
    """
    try:
        process = subprocess.Popen(
            arguments,
            cwd=inside.root,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    except OSError as error:
        write(f"{arguments[0]}: {error.strerror}")
        return Outcome(exit_code=127)
    reader = threading.Thread(target=_read_lines, args=(process, write), name="sagemaker-output", daemon=True)
    reader.start()
    out_of_time = _wait(process, stop=stop, longest=longest)
    if process.poll() is None:
        end_tree(process.pid, grace=grace())
    code = process.wait()
    _end_leftovers(home=environment["HOME"])
    reader.join(timeout=5)
    return Outcome(exit_code=code if code >= 0 else 128 - code, out_of_time=out_of_time)


def _wait(process: subprocess.Popen[bytes], *, stop: Callable[[], bool], longest: float) -> bool:
    """Wait for the end, for a stop or for the longest run time; says whether it was the last."""
    deadline = time.monotonic() + longest
    while not stop():
        left = deadline - time.monotonic()
        if left <= 0:
            return True
        try:
            process.wait(timeout=min(POLL_SECONDS, left))
        except subprocess.TimeoutExpired:
            continue
        break
    return False


def _read_lines(process: subprocess.Popen[bytes], write: Callable[[str], None]) -> None:
    if process.stdout is None:
        return
    with process.stdout as stream:
        for line in stream:
            write(line.decode("utf-8", errors="replace").rstrip("\r\n"))


def end_tree(pid: int, *, grace: float) -> None:
    """End a process and all its descendants: SIGTERM, and SIGKILL for those that are left after `grace` seconds."""
    with suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        _end([*root.children(recursive=True), root], grace=grace)


def _end_leftovers(*, home: str) -> None:
    """Kill what a command started and left behind, as the end of a container does; its home tells it from others."""
    own = os.getpid()
    left = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.pid != own and process.environ().get("HOME") == home:
                left.append(process)
    _end(left, grace=0)


def _end(processes: Iterable[psutil.Process], *, grace: float) -> None:
    alive = list(processes)
    if grace > 0:
        for process in alive:
            with suppress(psutil.NoSuchProcess):
                process.terminate()
        alive = _alive_after(alive, timeout=grace)
    for process in alive:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    _alive_after(alive, timeout=KILL_SECONDS)


def _alive_after(processes: list[psutil.Process], *, timeout: float) -> list[psutil.Process]:
    """Wait, `timeout` seconds at most, until they have ended, reaped or not; gives those that have not."""
    deadline = time.monotonic() + timeout
    while (processes := [one for one in processes if _runs(one)]) and time.monotonic() < deadline:
        time.sleep(END_POLL_SECONDS)
    return processes


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
