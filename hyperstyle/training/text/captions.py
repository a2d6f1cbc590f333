"""Captions of generated faces, composed from their labels in many wordings: what our own text model learns words from.

Labels are honest at their extremes, so most wordings stand for a tenth or two of all faces at one end; a caption says
some of what is true of a face and passes over the rest.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray

from hyperstyle.metrics.attributes import LABELS

LEFT_RIGHT = ("yaw", "light-side")
"""Labels that a mirrored face has the other way round."""


@dataclass(frozen=True)
class Wording:
    """What can be said of faces at some place along a label."""

    label: str
    least: float
    """Share of all faces that have less of it, 0 to 1."""
    most: float
    adjectives: tuple[str, ...] = ()
    """Said before the noun."""
    features: tuple[str, ...] = ()
    """Said after "with"."""
    clauses: tuple[str, ...] = ()
    """Said at the end."""
    men: bool = False
    """Said of men alone."""


WORDINGS = (
    Wording(
        *("smile", 0.7, 1.0),
        adjectives=("smiling", "happy", "cheerful", "laughing", "grinning", "joyful", "friendly", "very happy"),
        features=("a smile", "a big smile", "a happy expression", "a happy smile", "a friendly smile", "a wide grin"),
        clauses=("smiling", "who smiles", "laughing", "who is smiling", "who looks happy"),
    ),
    Wording(
        *("smile", 0.0, 0.2),
        adjectives=("serious", "sad", "unhappy", "unsmiling", "grave", "stern", "gloomy", "very serious"),
        features=("a serious expression", "no smile", "a sad expression", "a stern look"),
        clauses=("not smiling", "who does not smile", "who looks serious", "who looks sad", "without a smile"),
    ),
    Wording(
        *("glasses", 0.9, 1.0),
        adjectives=("bespectacled",),
        features=("glasses", "eyeglasses", "spectacles", "a pair of glasses"),
        clauses=("wearing glasses", "who wears glasses", "wearing eyeglasses", "wearing spectacles", "in glasses"),
    ),
    Wording("glasses", 0.0, 0.4, features=("no glasses",), clauses=("without glasses", "not wearing glasses")),
    Wording(
        *("beard", 0.8, 1.0),
        adjectives=("bearded", "unshaven"),
        features=("a beard", "a dark beard", "a moustache", "stubble", "facial hair", "a moustache and a beard"),
        clauses=("wearing a beard", "who has a beard"),
        men=True,
    ),
    Wording(
        *("beard", 0.0, 0.5),
        adjectives=("shaven", "clean shaven", "beardless"),
        features=("no beard", "smooth skin", "no facial hair"),
        clauses=("without a beard", "without facial hair"),
        men=True,
    ),
    Wording(
        *("hair-light", 0.85, 1.0),
        adjectives=("blond", "blonde", "fair haired", "light haired"),
        features=("blond hair", "blonde hair", "light hair", "fair hair", "golden hair", "very light hair"),
    ),
    Wording(
        *("hair-light", 0.0, 0.2),
        adjectives=("black haired", "dark haired"),
        features=("black hair", "dark hair", "very dark hair"),
    ),
    Wording(
        "hair-light", 0.35, 0.65, adjectives=("brown haired", "brunette"), features=("brown hair", "brunette hair")
    ),
    Wording(
        *("mouth-open", 0.8, 1.0),
        adjectives=("open mouthed",),
        features=("an open mouth", "open lips", "the mouth open", "the mouth wide open", "parted lips"),
        clauses=("showing teeth", "opening the mouth"),
    ),
    Wording("mouth-open", 0.0, 0.2, features=("a closed mouth", "closed lips", "the mouth closed", "the mouth shut")),
    Wording(
        *("eyes-open", 0.85, 1.0),
        adjectives=("wide eyed",),
        features=("wide open eyes", "open eyes", "big eyes", "large eyes", "eyes wide open"),
    ),
    Wording(
        *("eyes-open", 0.0, 0.15),
        adjectives=("squinting",),
        features=("narrow eyes", "small eyes", "narrowed eyes", "squinting eyes"),
        clauses=("squinting",),
    ),
    Wording(
        *("lips-red", 0.85, 1.0),
        features=("red lips", "lipstick", "red lipstick", "make-up", "makeup"),
        clauses=("wearing lipstick", "wearing make-up", "wearing makeup", "with red lipstick on"),
    ),
    Wording(
        *("lips-red", 0.0, 0.2),
        features=("pale lips", "no lipstick", "no make-up", "no makeup"),
        clauses=("without make-up", "without makeup", "without lipstick"),
    ),
    Wording(
        *("brightness", 0.85, 1.0),
        adjectives=("pale", "bright", "brightly lit"),
        features=("pale skin", "a pale face", "bright skin"),
        clauses=("in bright light", "in the sun", "in broad daylight", "brightly lit"),
    ),
    Wording(
        *("brightness", 0.0, 0.15),
        adjectives=("tanned", "dimly lit"),
        features=("tanned skin", "a tan"),
        clauses=("in dim light", "in the dark", "in the shade", "dimly lit"),
    ),
    Wording(
        *("yaw", 0.85, 1.0), clauses=("looking to the right", "turned to the right", "facing right", "looking right")
    ),
    Wording(*("yaw", 0.0, 0.15), clauses=("looking to the left", "turned to the left", "facing left", "looking left")),
    Wording(
        *("yaw", 0.4, 0.6),
        adjectives=("frontal",),
        clauses=("facing the camera", "seen from the front", "looking at the camera", "looking straight ahead"),
    ),
    Wording("pitch", 0.85, 1.0, clauses=("looking up", "looking upwards", "with the head raised")),
    Wording("pitch", 0.0, 0.15, clauses=("looking down", "looking downwards", "with the head lowered")),
    Wording("light-side", 0.85, 1.0, clauses=("lit from the right", "with light from the right")),
    Wording("light-side", 0.0, 0.15, clauses=("lit from the left", "with light from the left")),
)


@dataclass(frozen=True)
class Age:
    """How people up to some age are called."""

    below: float
    """In years."""
    adjectives: tuple[str, ...]
    women: tuple[str, ...] = ("woman", "lady", "female")
    men: tuple[str, ...] = ("man", "guy", "male", "gentleman")
    people: tuple[str, ...] = ("person", "face", "human", "human face")


AGES = (
    Age(4, ("very young", "young", "little"), ("baby girl",), ("baby boy",), ("baby", "infant", "toddler", "face")),
    Age(
        14, ("young", "little"), ("girl", "little girl"), ("boy", "little boy"), ("child", "kid", "face", "young face")
    ),
    Age(21, ("young", "teenage", "youthful"), ("girl", "woman"), ("boy", "man"), ("teenager", "person", "face")),
    Age(30, ("young", "youthful")),
    Age(38, ("adult", "")),
    Age(47, ("middle aged", "mature", "adult")),
    Age(
        *(200, ("old", "elderly", "aged", "senior", "very old", "wrinkled")),
        women=("woman", "lady", "grandmother", "female"),
        men=("man", "gentleman", "grandfather", "male"),
        people=("person", "face", "pensioner", "human face"),
    ),
)

SURE = 4.0
"""Log odds of presenting one way from which on a caption may say so."""
UNNAMED = ("face", "person", "human face", "human", "someone", "portrait")
"""Nouns that say nothing of age and gender."""
PREFIXES = (
    *("",) * 6,
    *(
        "a photo of ",
        "a picture of ",
        "a portrait of ",
        "an image of ",
        "a close-up of ",
        "a photograph of ",
        "photo of ",
    ),
    *("a good photo of ", "a cropped photo of ", "this is ", "the face of ", "a headshot of ", "a selfie of "),
)
PERSONAL, EXPRESSED = 0.5, 0.6  # chances that age or gender, and that each of the other things true, are said
MOST = 3  # of those
BARE = 0.15  # chance that a caption is nothing but a feature


def ranks(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Labels [N, labels] as shares of all faces that have less; age and presentation stay as they are."""
    shares = values.argsort(0).argsort(0) / max(len(values) - 1, 1)
    kept = [LABELS.index(name) for name in ("age", "masculine")]
    shares[:, kept] = values[:, kept]
    return shares.astype(np.float32)


def mirrored(row: NDArray[np.float32]) -> NDArray[np.float32]:
    """Ranks [labels] of the mirrored face."""
    row = row.copy()
    sides = [LABELS.index(name) for name in LEFT_RIGHT]
    row[sides] = 1 - row[sides]
    return row


def caption(row: NDArray[np.float32], chance: Random) -> str:
    """One of the captions that are true of a face with these ranks [labels]."""
    said = dict(zip(LABELS, row.tolist(), strict=True))
    true = [wording for wording in WORDINGS if holds(wording, said)]
    chosen = [wording for wording in chance.sample(true, min(MOST, len(true))) if chance.random() < EXPRESSED]
    if chosen and chance.random() < BARE:
        return bare(chosen[0], chance)
    adjectives, noun = named(said, chance)
    features: list[str] = []
    clauses: list[str] = []
    for wording in chosen:
        ways = [*((adjectives, word) for word in wording.adjectives), *((features, word) for word in wording.features)]
        place, word = chance.choice([*ways, *((clauses, word) for word in wording.clauses)])
        place.append(word)
    chance.shuffle(adjectives)
    phrase = " ".join([*adjectives, noun])
    words = [f"{article(phrase)} {phrase}" if chance.random() < 0.9 else phrase]
    if features:
        words.append("with " + " and ".join(features))
    if clauses:
        words.append(" and ".join(clauses))
    return chance.choice(PREFIXES) + " ".join(words)


def holds(wording: Wording, said: Mapping[str, float]) -> bool:
    """Whether a wording is true of a face with these ranks."""
    inside = wording.least <= said[wording.label] <= wording.most
    return inside and (not wording.men or said["masculine"] > SURE)


def bare(wording: Wording, chance: Random) -> str:
    """A feature alone."""
    return chance.choice(wording.adjectives + wording.features + wording.clauses)


def named(said: Mapping[str, float], chance: Random) -> tuple[list[str], str]:
    """Adjectives and noun for somebody of that age and presentation."""
    age = next(age for age in AGES if said["age"] < age.below)
    adjectives = [chance.choice(age.adjectives)] if chance.random() < PERSONAL else []
    if chance.random() > PERSONAL:
        return [word for word in adjectives if word], chance.choice(UNNAMED)
    nouns = age.people
    if abs(said["masculine"]) > SURE:
        nouns = age.men if said["masculine"] > 0 else age.women
    return [word for word in adjectives if word], chance.choice(nouns)


def article(phrase: str) -> str:
    """The indefinite article that goes before a phrase."""
    return "an" if phrase[0] in "aeiou" else "a"


def vocabulary() -> list[str]:
    """Every word that a caption can hold, in alphabetical order."""
    return sorted({word for text in _texts() for word in text.split()})


def _texts() -> Iterator[str]:
    yield "a an and with"
    yield from PREFIXES
    yield from UNNAMED
    for wording in WORDINGS:
        yield from wording.adjectives + wording.features + wording.clauses
    for age in AGES:
        yield from age.adjectives + age.women + age.men + age.people
