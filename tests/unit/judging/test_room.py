"""The judging room goes into Lambda and needs no client: the standard library and itself are all it imports."""

import ast
import sys
from pathlib import Path

from bakeoff.shipping import stage_lambda

CHECKOUT = Path(__file__).parents[3]
ROOM = CHECKOUT / "bakeoff" / "judging"


def test_it_imports_the_standard_library_and_itself_only() -> None:
    foreign = set()
    for path in ROOM.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                foreign |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                foreign.add(node.module or "")
    known = {name for name in foreign if name.split(".")[0] in sys.stdlib_module_names}
    assert {name for name in foreign - known if not name.startswith("bakeoff.judging")} == set()


def test_a_lambda_that_judges_ships_the_room_and_nothing_heavy(tmp_path: Path) -> None:
    handler = tmp_path / "lambdas" / "judge" / "handler.py"
    handler.parent.mkdir(parents=True)
    handler.write_text("from bakeoff.judging.grading import grade_run\nfrom bakeoff.judging.claims import examine\n")
    (tmp_path / "bakeoff").symlink_to(CHECKOUT / "bakeoff")
    staged = stage_lambda("judge", build=tmp_path / "build", root=tmp_path)
    shipped = {path.relative_to(staged).parts[:2] for path in staged.rglob("*.py")}
    assert shipped == {("handler.py",), ("bakeoff", "__init__.py"), ("bakeoff", "judging")}
