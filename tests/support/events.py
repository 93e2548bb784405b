"""Random interactions in the smallest raw folder: a shop's three files under a mapping of their own, and their split.

Ids that need quotes, shared timestamps, repeated pairs and users of every activity: what the small film data lacks.
"""

import csv
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bakeoff.data.prepared import Prepared
from bakeoff.data.run import prepare_folder
from bakeoff.data.settings import PreparationSettings, SplitSettings

N_USERS, N_ITEMS = 40, 30
VALUES = (1.0, 2.5, 4.0, 4.5, 5.0)
MAPPING = """
title = "A shop"

[interactions]
source = { file = "events.csv" }
user = "customer"
item = "article"
value = "stars"
timestamp = "at"
value_range = [0.5, 5.0]
liked_threshold = 4.0

[items]
source = { file = "articles.csv" }
id = "article"
fields.title = { columns = ["name"] }
fields.genres = { columns = ["tags"], separator = ";" }
fields.plot = { columns = ["blurb"] }
columns = [
    { column = "name", type = "text" },
    { column = "blurb", type = "text" },
    { column = "price", type = "money" },
    { column = "weight", type = "number" },
    { column = "colour", type = "category" },
    { column = "tags", type = "list", separator = ";" },
    { column = "added", type = "date" },
    { column = "sold later", type = "number", leaking = true },
]

[users]
source = { file = "customers.csv" }
id = "customer"
columns = [{ column = "age", type = "number" }, { column = "city", type = "category" }]
"""


class Event(NamedTuple):
    """One interaction, in the order of the file's columns."""

    user: str
    item: str
    value: float
    timestamp: int


def user_id(number: int) -> str:
    """Numbers, words, and what has to be quoted in CSV or escaped in JSON."""
    return (f"{number}", f"user {number}", f'"{number}", she said', f"Zoë {number}")[number % 4]


def item_id(number: int) -> str:
    return (f"{number}", f"{number},5", f"a|{number}")[number % 3]


def random_events(seed: int, *, n_seconds: int = 60) -> list[Event]:
    """Users of 1 to 25 interactions, some pairs several times, few different timestamps."""
    draw = random.Random(seed)
    events = []
    for user in range(N_USERS):
        for item in draw.sample(range(N_ITEMS), draw.randint(1, 25)):
            for _ in range(draw.choice((1, 1, 1, 2))):
                second = 1_000_000 + 5000 * draw.randrange(n_seconds)
                events.append(Event(user_id(user), item_id(item), draw.choice(VALUES), second))
    draw.shuffle(events)
    return events


def write_raw(folder: Path, events: Sequence[Sequence[object]]) -> Path:
    """The raw folder and, beside it, the mapping; the mapping's path."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "events.csv", ["customer", "article", "stars", "at"], events)
    _write(
        folder / "articles.csv",
        ["article", "name", "blurb", "price", "weight", "colour", "tags", "added", "sold later"],
        [_article(number) for number in range(N_ITEMS)],
    )
    # The last customers have no row.
    customers = [[user_id(number), 20 + number, f"City {number % 3}"] for number in range(N_USERS - 5)]
    _write(folder / "customers.csv", ["customer", "age", "city"], customers)
    mapping = folder.parent / "shop.toml"
    mapping.write_text(MAPPING, encoding="utf-8")
    return mapping


def prepare_events(
    folder: Path, events: Sequence[Event], *, split: SplitSettings | None = None, **settings: Any
) -> Prepared:
    """Write the raw folder below `folder`, prepare it there and open it."""
    mapping = write_raw(folder / "raw", events)
    prepare_folder(folder / "raw", folder / "prepared", shop_settings(mapping, split=split, **settings))
    return Prepared.open(folder / "prepared")


def shop_settings(mapping: Path, *, split: SplitSettings | None = None, **settings: Any) -> PreparationSettings:
    """Little data is enough, and repeated pairs, which a shop has many of, are no reason to stop."""
    lenient: dict[str, Any] = {"min_interactions": 1, "min_users": 1, "max_rejected_share": 1.0, **settings}
    return PreparationSettings(dataset="shop", mapping=str(mapping), split=split or SplitSettings(), **lenient)


def _article(number: int) -> list[object]:
    tags = ";".join(("kitchen", "garden", "bath")[: number % 4])
    price = ("", f"$ {number},000", f"€ {number}", f"{number}.5")[number % 4]
    return [
        item_id(number),
        f"Article {number}",
        f'Called "{number}", it\nis blue.',
        price,
        number / 4,
        ("red", "green")[number % 2],
        tags,
        f"2020-01-{number + 1:02d}",
        number * 7,
    ]


def _write(path: Path, header: list[str], rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as content:
        lines = csv.writer(content, lineterminator="\n")
        lines.writerow(header)
        lines.writerows(rows)
