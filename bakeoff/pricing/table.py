"""The dated price table of one region: prices by key, each with its source and whether that was verified."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class PriceRow:
    """One price.

    Args:
        price: of one `unit`, in the table's currency, of the first tier that is not free.
        date: when the source was read, ISO.
        verified: read from AWS's Price List, and from nowhere else.
    """

    key: str
    price: float
    unit: str
    source: str
    date: str
    verified: bool


@dataclass(frozen=True, kw_only=True)
class PriceTable:
    """The prices of a region. A price that nobody knows has no row; it is never zero."""

    region: str
    currency: str
    rows: Mapping[str, PriceRow]

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "PriceTable":
        """A table from what `to_json` gave."""
        rows = {row["key"]: PriceRow(**row) for row in value["rows"]}
        return cls(region=value["region"], currency=value["currency"], rows=rows)

    def to_json(self) -> dict[str, Any]:
        """``region``, ``currency``, ``date`` (of the oldest row), ``verified`` (all rows are) and ``rows``."""
        rows = [asdict(row) for _, row in sorted(self.rows.items())]
        return {
            "region": self.region,
            "currency": self.currency,
            "date": min((row["date"] for row in rows), default=None),
            "verified": bool(rows) and all(row["verified"] for row in rows),
            "rows": rows,
        }

    def row(self, key: str) -> PriceRow | None:
        """The price of `key`, or None where it is unknown."""
        return self.rows.get(key)

    def only(self, keys: Collection[str]) -> "PriceTable":
        """The same table with the rows of `keys` alone."""
        rows = {key: row for key, row in self.rows.items() if key in keys}
        return PriceTable(region=self.region, currency=self.currency, rows=rows)
