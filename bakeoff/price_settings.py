"""The typed model of ``config/prices.json``: the rows of each region."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bakeoff.pricing.keys import unit_of
from bakeoff.pricing.table import PriceRow, PriceTable


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Price(_Model):
    """A row."""

    key: str
    price: float = Field(gt=0, allow_inf_nan=False)
    unit: str
    source: str = Field(min_length=10)
    date: date
    verified: bool

    @model_validator(mode="after")
    def _has_the_unit_of_its_key(self) -> "Price":
        unit = unit_of(self.key)
        if unit is None:
            raise ValueError(f"'{self.key}' is no key of a price; bakeoff/pricing/keys.py has them")
        if unit != self.unit:
            raise ValueError(f"the price of '{self.key}' is for one {unit}, not for one {self.unit}")
        return self


class Prices(_Model):
    """The whole file."""

    currency: Literal["USD"]
    regions: dict[str, tuple[Price, ...]]

    @model_validator(mode="after")
    def _has_each_key_once(self) -> "Prices":
        for region, rows in self.regions.items():
            keys = [row.key for row in rows]
            twice = sorted({key for key in keys if keys.count(key) > 1})
            if twice:
                raise ValueError(f"keys used twice in {region}: {', '.join(twice)}")
        return self

    def table(self, region: str) -> PriceTable:
        """The prices of `region`; without rows where none is known."""
        rows = {row.key: PriceRow(**row.model_dump(mode="json")) for row in self.regions.get(region, ())}
        return PriceTable(region=region, currency=self.currency, rows=rows)
