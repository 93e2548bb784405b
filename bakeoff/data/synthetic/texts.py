"""Titles and plots: words of the film's theme and director between words that say nothing."""

import numpy as np

from bakeoff.data.synthetic.streams import Ints, cumulative, draw
from bakeoff.data.synthetic.vocabulary import GENERAL_WORDS, SMALL_WORDS, WORDS_PER_THEME, Texts, Vocabulary
from bakeoff.data.synthetic.world import World

# Where a plot's words come from; the rest are the few that its director is fond of.
SMALL_SHARE, GENERAL_SHARE, THEME_SHARE = 0.46, 0.25, 0.23
FOND_WORDS = 5
MEAN_WORDS = 35
# Kaggle's table cuts every fourth plot, with an ellipsis.
CUT = 0.23
CUT_CHARACTERS = 190
QUOTED = 0.03
BROKEN = 0.004
NO_PLOT = 0.015


def titles(world: World, vocabulary: Vocabulary, films: Ints, generator: np.random.Generator) -> list[str]:
    """One to four words, some behind an article, some of the theme, some in quotes or with a comma."""
    n = len(films)
    words = 1 + draw(generator, cumulative(np.array([0.3, 0.4, 0.2, 0.1])), n)
    general = vocabulary.general[generator.integers(0, GENERAL_WORDS, (n, 4))]
    own = vocabulary.themes[world.theme[films, None], generator.integers(0, WORDS_PER_THEME, (n, 4))]
    chosen = np.where(generator.random((n, 4)) < 0.4, own, general).tolist()
    look = generator.random(n).tolist()
    return [
        _title([word.title() for word in row[:count]], number)
        for row, count, number in zip(chosen, words.tolist(), look, strict=True)
    ]


def plots(world: World, vocabulary: Vocabulary, films: Ints, generator: np.random.Generator) -> list[str]:
    """The field ``description``: about 200 characters."""
    n = len(films)
    counts = np.clip(MEAN_WORDS + 10 * generator.standard_normal(n), 8, 80).astype(np.int64)
    words = _words(
        vocabulary, np.repeat(world.theme[films], counts), np.repeat(world.director[films], counts), generator
    )
    mark = generator.random(len(words))
    words = np.where(mark < 0.06, words + ",", np.where(mark < 0.11, words + ".", words))
    listed = words.tolist()
    ends = np.cumsum(counts).tolist()
    quirks = generator.random((4, n)).T.tolist()
    return [_plot(listed[start:end], quirk) for start, end, quirk in zip([0, *ends[:-1]], ends, quirks, strict=True)]


def movielens_title(title: str, year: str) -> str:
    """As MovieLens writes it: the article behind, the year in brackets."""
    if title.startswith("The "):
        title = f"{title.removeprefix('The ')}, The"
    return f"{title} ({year})"


def _title(words: list[str], look: float) -> str:
    title = " ".join(words)
    if look < 0.2:
        return f"The {title}"
    if look < 0.24:
        return f"{words[0]}, {title}"
    if look < 0.25:
        return f'"{words[0]}" {title}'
    return title


def _words(vocabulary: Vocabulary, theme: Ints, director: Ints, generator: np.random.Generator) -> Texts:
    n = len(theme)
    source = generator.random(n)
    own = draw(generator, cumulative(1 / (np.arange(WORDS_PER_THEME) + 10.0)), n)
    fond = (director * 31 + generator.integers(0, FOND_WORDS, n) * 7) % WORDS_PER_THEME
    small = vocabulary.small[draw(generator, cumulative(1 / (np.arange(len(SMALL_WORDS)) + 2.0)), n)]
    general = vocabulary.general[draw(generator, cumulative(1 / (np.arange(GENERAL_WORDS) + 30.0)), n)]
    is_fond = source >= SMALL_SHARE + GENERAL_SHARE + THEME_SHARE
    special = vocabulary.themes[theme, np.where(is_fond, fond, own)]
    drawn: Texts = np.where(
        source < SMALL_SHARE, small, np.where(source < SMALL_SHARE + GENERAL_SHARE, general, special)
    )
    return drawn


def _plot(words: list[str], quirk: list[float]) -> str:
    no_plot, cut, quoted, broken = quirk
    if no_plot < NO_PLOT:
        return ""
    if quoted < QUOTED:
        words[3] = f'"{words[3]}"'
    sentences = " ".join(words).rstrip(",.").split(". ")
    text = ". ".join(sentence[:1].upper() + sentence[1:] for sentence in sentences) + "."
    if cut < CUT and len(text) > CUT_CHARACTERS:
        text = f"{text[:CUT_CHARACTERS].rpartition(' ')[0]} ..."
    if broken < BROKEN:
        text = text.replace(" ", "\n", 6).replace("\n", " ", 5)
    return text
