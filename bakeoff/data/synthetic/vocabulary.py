"""Made-up words and names; the small words of English between them give texts their look and their noise."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bakeoff.data.synthetic.streams import Purpose, stream

Texts = npt.NDArray[np.object_]

# Order: most frequent first, as they are drawn.
_SMALL_WORDS = (
    "the a of and to in is his with her an by who for on from their as that he when up at after into him one she it "
    "they but are has two all must out where about while be only this man young life woman family find new world love "
    "story old years father mother friends police town city war becomes finds tries falls takes begins"
)
SMALL_WORDS = tuple(_SMALL_WORDS.split(" "))
_ONSETS = "b br c ch cl d dr f fl g gr h j k l m n p pr r s sh st t th tr v w z"
ONSETS = tuple(_ONSETS.split(" "))
VOWELS = ("a", "e", "i", "o", "u", "ai", "ea", "ie", "oo", "ou")
CODAS = ("", "", "", "", "l", "m", "n", "nd", "r", "rk", "s", "st", "t")
ENDINGS = ("", "", "", "", "a", "ing", "er", "s")
_FIRST_NAMES = (
    "Ada Akira Alan Amir Ana Anna Arun Beatriz Ben Carla Carlos Chloé Clara Daniel David Elena Emma Erik Eva Félix "
    "Fatima Frank Grace Hana Hugo Ines Ivan Jack James Jane Jean Joan John José Julia Karl Kim Lars Laura Lee Leo Li "
    "Lucía Luis Mara Marc Maria Mary Max Mei Mia Mohan Nadia Nina Noah Olga Omar Oscar Paul Pedro Peter Priya Rajesh "
    "Robert Rosa Ruth Sam Sara Sofia Tariq Thomas Tom Vera Victor Wei Yuki Zoë"
)
FIRST_NAMES = tuple(_FIRST_NAMES.split(" "))
GENERAL_WORDS = 6_000
WORDS_PER_THEME = 160
SURNAMES = 8_999  # a prime: see Vocabulary.persons


@dataclass(frozen=True, kw_only=True, eq=False)
class Vocabulary:
    """Words and names.

    Args:
        small: of English, shape (len(SMALL_WORDS),).
        general: of any film, shape (GENERAL_WORDS,).
        themes: of films of one theme, shape (n_themes, WORDS_PER_THEME).
        surnames: shape (SURNAMES,).
    """

    small: Texts
    general: Texts
    themes: Texts
    surnames: Texts

    def persons(self, numbers: npt.NDArray[np.int64]) -> Texts:
        """The name of each person; no two persons of the first ``len(FIRST_NAMES) * SURNAMES`` share one."""
        first = np.array(FIRST_NAMES, object)
        # The two counts have no common divisor: every pair of names comes once before the first comes again.
        names: Texts = first[numbers % len(first)] + " " + self.surnames[numbers % SURNAMES]
        return names


def make_vocabulary(n_themes: int, seed: int) -> Vocabulary:
    """The vocabulary; all its made-up words are different."""
    generator = stream(seed, Purpose.VOCABULARY)
    n_words = GENERAL_WORDS + n_themes * WORDS_PER_THEME + SURNAMES
    words: list[str] = []
    while len(words) < n_words:
        words = list(dict.fromkeys([*words, *_made_up(generator, n_words)]))
    made = np.array(words[:n_words], object)
    general, themes, surnames = np.split(made, [GENERAL_WORDS, n_words - SURNAMES])
    return Vocabulary(
        small=np.array(SMALL_WORDS, object),
        general=general,
        themes=themes.reshape(n_themes, WORDS_PER_THEME),
        surnames=np.array([name.title() for name in surnames], object),
    )


def _made_up(generator: np.random.Generator, n: int) -> list[str]:
    """Words of two or three syllables."""
    parts = [
        np.array(choices, object)[generator.integers(0, len(choices), n)]
        for choices in (ONSETS, VOWELS, CODAS, ONSETS, VOWELS, CODAS, ENDINGS)
    ]
    return ["".join(word) for word in zip(*parts, strict=True)]
