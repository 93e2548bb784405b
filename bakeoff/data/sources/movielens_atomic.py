"""MovieLens as RecBole's atomic files (recbole.io/docs/user_guide/data/atomic_files.html), such as ml-100k.

Tab-separated with typed headers. ``.kg`` holds triples of a knowledge graph (KB4Rec: Freebase), ``.link`` the graph's
id of each film. The graph has ids of persons and no names; the ids stand where names would: two films share a director
if they share the id. ``.user`` is not read. There is no plot.
"""

from collections.abc import Hashable, Mapping
from pathlib import Path

import pandas as pd

from bakeoff.data.documents import Document
from bakeoff.data.sources import Raw
from bakeoff.data.sources.catalogue import grouped, texts, unique, usable_items, years
from bakeoff.data.tables import ROW, Table, read_tables

# Each fact stands in the graph from the film's side, from the person's side, or both.
RELATIONS = {
    "directors": ("film.film.directed_by", "film.director.film"),
    "writers": ("film.film.written_by", "film.writer.film"),
    "actors": ("film.film.actor", "film.actor.film"),
}
NO_GENRE = "unknown"


class MovieLensAtomic:
    """Reads one data set of atomic files, recognised by its ``.inter`` file."""

    needs = "RecBole's atomic files <name>.inter, <name>.item, <name>.kg and <name>.link"

    def recognises(self, folder: Path) -> bool:
        return bool(list(folder.glob("*.inter")))

    def read(self, folder: Path) -> Raw:
        name = min(path.stem for path in folder.glob("*.inter"))
        tables = _tables(name)
        interactions, catalogue, graph, links = read_tables(folder, tables)
        usable, rejected = usable_items(catalogue, file=tables[1].file, column="item_id", row=ROW)
        return Raw(
            interactions=interactions.rename(columns={"user_id": "user", "item_id": "item", "rating": "value"}),
            file=tables[0].file,
            value_range=(0.5, 5.0),
            documents=_documents(usable, people=_people(graph, links)),
            rejects=rejected,
            rows_read={tables[0].file: len(interactions), tables[1].file: len(catalogue)},
        )


def _tables(name: str) -> list[Table]:
    return [
        Table(
            file=f"{name}.inter",
            columns=("user_id", "item_id", "rating", "timestamp"),
            separator="\t",
            ids=("user_id", "item_id"),
        ),
        Table(
            file=f"{name}.item",
            columns=("item_id", "movie_title", "release_year", "class"),
            separator="\t",
            ids=("item_id",),
        ),
        Table(
            file=f"{name}.kg",
            columns=("head_id", "relation_id", "tail_id"),
            separator="\t",
            ids=("head_id", "relation_id", "tail_id"),
        ),
        Table(file=f"{name}.link", columns=("item_id", "entity_id"), separator="\t", ids=("item_id", "entity_id")),
    ]


def _people(graph: pd.DataFrame, links: pd.DataFrame) -> dict[str, Mapping[Hashable, tuple[str, ...]]]:
    """Per role, the persons' ids by item id."""
    items = links[["item_id", "entity_id"]].dropna().astype(str)
    graph = graph.astype({"head_id": str, "relation_id": str, "tail_id": str})
    people = {}
    for role, (from_film, from_person) in RELATIONS.items():
        forward = graph[graph["relation_id"] == from_film].rename(columns={"head_id": "film", "tail_id": "person"})
        backward = graph[graph["relation_id"] == from_person].rename(columns={"tail_id": "film", "head_id": "person"})
        pairs = pd.concat([forward, backward]).merge(items, left_on="film", right_on="entity_id")
        people[role] = grouped(pairs, by="item_id", value="person")
    return people


def _documents(catalogue: pd.DataFrame, *, people: dict[str, Mapping[Hashable, tuple[str, ...]]]) -> list[Document]:
    columns = zip(
        catalogue["item_id"].astype(str),
        texts(catalogue["movie_title"]),
        years(catalogue["release_year"]),
        texts(catalogue["class"]),
        strict=True,
    )
    return [
        Document(
            item_id=item,
            title=title,
            year=year,
            genres=unique(genre for genre in genres.split(" ") if genre != NO_GENRE),
            directors=people["directors"].get(item, ()),
            writers=people["writers"].get(item, ()),
            actors=people["actors"].get(item, ()),
            plot="",
        )
        for item, title, year, genres in columns
    ]
