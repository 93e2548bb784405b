"""Texts to numbers, times and ids, alike on every engine."""

import ibis
import ibis.expr.types as ir

# Engines differ in whether they read 4.5f, 1_000, NaN or 0x10 as numbers; nothing but this reaches their casts.
_NUMBER = r"^ *[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)? *$"
# Looking for blanks is cheaper than taking them off everywhere.
_BLANKS = r"^\s|\s$"
_ISO = r"^([0-9]{4})-([0-9]{2})-([0-9]{2})([T ]([0-9]{2}):([0-9]{2})(:([0-9]{2})(\.[0-9]+)?)?Z?)?$"
_SECONDS_A_DAY = 86_400
# float64 holds every whole number up to it.
_EXACT = 2.0**53


def identifier(column: ir.Column) -> ir.StringColumn:
    """An id as text, without blanks around it; missing where nothing is left.

    Whole numbers are written as such; a number that is not whole, or too large to be, is no id.
    """
    if isinstance(column, ir.FloatingColumn):
        # Only what an int64 holds may be rounded; a cast of anything else is an error, not a missing value.
        small = ibis.ifelse(column.abs() < _EXACT, column, ibis.null("float64"))
        column = ibis.ifelse(small == small.floor(), small.floor(), ibis.null("int64")).cast("int64")
    text = column.cast("string")
    return ibis.ifelse(text.re_search(_BLANKS), text.strip(), text).nullif("")


def number(column: ir.Column) -> ir.FloatingColumn:
    """float64; missing where the text is no decimal number."""
    if isinstance(column, ir.NumericColumn):
        return column.cast("float64")
    text = column.cast("string")
    return ibis.ifelse(text.re_search(_NUMBER), text.try_cast("float64"), ibis.null("float64"))


def epoch_seconds(column: ir.Column, *, form: str) -> ir.IntegerColumn:
    """Whole seconds since 1970 in UTC; missing where the column holds no time in that form.

    Args:
        form: ``seconds``, ``milliseconds`` or ``iso``; ignored for columns that are times already.
    """
    if isinstance(column, ir.TimestampColumn):
        # Some engines would round the parts of a second.
        return column.truncate("s").epoch_seconds().cast("int64")
    if isinstance(column, ir.DateColumn):
        return column.cast("timestamp").epoch_seconds().cast("int64")
    if form == "iso":
        return _iso_seconds(column.cast("string").strip())
    found = number(column)
    seconds = found / 1000 if form == "milliseconds" else found
    # Before it is rounded: to round what no int64 holds is an error, not a missing value.
    return ibis.ifelse(seconds.abs() < 1e15, seconds, ibis.null("float64")).floor().cast("int64")


def _iso_seconds(text: ir.StringColumn) -> ir.IntegerColumn:
    def part(group: int) -> ir.IntegerColumn:
        return text.re_extract(_ISO, group).nullif("").try_cast("int64")

    year, month, day = part(1), part(2), part(3)
    hour, minute, second = (part(group).fill_null(0) for group in (5, 6, 8))
    days = _days(year, month, day)
    next_month = _days(year + ibis.ifelse(month == 12, 1, 0), month % 12 + 1, ibis.literal(1))
    valid = month.between(1, 12) & (day >= 1) & (days < next_month) & (hour < 24) & (minute < 60) & (second < 60)
    seconds = days * _SECONDS_A_DAY + hour * 3600 + minute * 60 + second
    return ibis.ifelse(text.re_search(_ISO) & valid, seconds, ibis.null("int64"))


def _days(year: ir.IntegerColumn, month: ir.IntegerColumn, day: ir.IntegerColumn) -> ir.IntegerColumn:
    """Days since 1970-01-01 in the Gregorian calendar (Hinnant, howardhinnant.github.io/date_algorithms.html)."""
    shifted = year - ibis.ifelse(month <= 2, 1, 0)
    era = (shifted / 400).floor().cast("int64")
    of_era = shifted - era * 400
    of_year = ((153 * (month + ibis.ifelse(month > 2, -3, 9)) + 2) / 5).floor().cast("int64") + day - 1
    of_era_days = of_era * 365 + (of_era / 4).floor().cast("int64") - (of_era / 100).floor().cast("int64") + of_year
    return era * 146_097 + of_era_days - 719_468


def digits(column: ir.Column) -> ir.StringColumn:
    """A key without the letters and zeros in front: tt0114709 and 114709 are the same."""
    return identifier(column).re_replace(r"^[^1-9]+", "").nullif("")


def record(columns: list[ir.Column], *, longest: int) -> ir.StringColumn:
    """The values of a row, comma-separated, to show what was rejected."""
    texts = [column.cast("string").fill_null("") for column in columns]
    return ibis.literal(",").join(texts).substr(0, longest)
