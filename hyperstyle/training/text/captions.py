"""Captions of generated faces, composed from their labels in many wordings: the training texts of our own text model.

Labels are reliable at their extremes, so most wordings apply to the 10 to 20% of all faces at one end. A caption states
some of the facts that are true of a face and omits the others.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray

from hyperstyle.metrics.attributes import LABELS

LEFT_RIGHT = ("yaw", "light-side")
"""Labels whose order is reversed in a mirrored face."""


@dataclass(frozen=True)
class Wording:
    """Words for faces whose rank by a label lies in a range."""

    label: str
    low: float
    """Lowest rank, the share of all faces with smaller values, in [0, 1]."""
    high: float
    """Highest rank."""
    adjectives: tuple[str, ...] = ()
    """Words before the noun."""
    features: tuple[str, ...] = ()
    """Words after "with"."""
    clauses: tuple[str, ...] = ()
    """Words at the end."""
    men_only: bool = False
    """Applies to men only."""


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
        men_only=True,
    ),
    Wording(
        *("beard", 0.0, 0.5),
        adjectives=("shaven", "clean shaven", "beardless"),
        features=("no beard", "smooth skin", "no facial hair"),
        clauses=("without a beard", "without facial hair"),
        men_only=True,
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
    """Words for people up to an age."""

    below: float
    """Upper limit in years, exclusive."""
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

GENDER_THRESHOLD = 4.0
"""Absolute log-odds of the label "masculine" from which a caption may use gendered nouns."""
UNNAMED = ("face", "person", "human face", "human", "someone", "portrait")
"""Nouns without age and gender."""
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
PERSONAL_CHANCE = 0.5  # probability that a caption states age, and that it states gender
WORDING_CHANCE = 0.6  # probability that a chosen wording is used
MAX_WORDINGS = 3  # wordings chosen for a caption
SINGLE_CHANCE = 0.15  # probability that a caption consists of one phrase


def ranks(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Convert labels [N, labels] to ranks in [0, 1]; age stays in years and "masculine" in log-odds."""
    shares = values.argsort(0).argsort(0) / max(len(values) - 1, 1)
    kept = [LABELS.index(name) for name in ("age", "masculine")]
    shares[:, kept] = values[:, kept]
    return shares.astype(np.float32)


def mirror_labels(row: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the ranks [labels] of the mirrored face."""
    row = row.copy()
    sides = [LABELS.index(name) for name in LEFT_RIGHT]
    row[sides] = 1 - row[sides]
    return row


def caption(row: NDArray[np.float32], rng: Random) -> str:
    """Compose a random caption that is true of a face with these ranks [labels]."""
    values = dict(zip(LABELS, row.tolist(), strict=True))
    true = [wording for wording in WORDINGS if applies(wording, values)]
    chosen = [wording for wording in rng.sample(true, min(MAX_WORDINGS, len(true))) if rng.random() < WORDING_CHANCE]
    if chosen and rng.random() < SINGLE_CHANCE:
        return single_feature(chosen[0], rng)
    adjectives, noun = adjectives_and_noun(values, rng)
    features: list[str] = []
    clauses: list[str] = []
    for wording in chosen:
        ways = [*((adjectives, word) for word in wording.adjectives), *((features, word) for word in wording.features)]
        place, word = rng.choice([*ways, *((clauses, word) for word in wording.clauses)])
        place.append(word)
    rng.shuffle(adjectives)
    phrase = " ".join([*adjectives, noun])
    words = [f"{article(phrase)} {phrase}" if rng.random() < 0.9 else phrase]
    if features:
        words.append("with " + " and ".join(features))
    if clauses:
        words.append(" and ".join(clauses))
    return rng.choice(PREFIXES) + " ".join(words)


def applies(wording: Wording, values: Mapping[str, float]) -> bool:
    """Return whether a wording is true of a face with these ranks by label."""
    inside = wording.low <= values[wording.label] <= wording.high
    return inside and (not wording.men_only or values["masculine"] > GENDER_THRESHOLD)


def single_feature(wording: Wording, rng: Random) -> str:
    """Draw one of the phrases of a wording, to be the whole caption."""
    return rng.choice(wording.adjectives + wording.features + wording.clauses)


def adjectives_and_noun(values: Mapping[str, float], rng: Random) -> tuple[list[str], str]:
    """Draw adjectives and a noun for a face with these ranks by label."""
    age = next(age for age in AGES if values["age"] < age.below)
    adjectives = [rng.choice(age.adjectives)] if rng.random() < PERSONAL_CHANCE else []
    if rng.random() > PERSONAL_CHANCE:
        return [word for word in adjectives if word], rng.choice(UNNAMED)
    nouns = age.people
    if abs(values["masculine"]) > GENDER_THRESHOLD:
        nouns = age.men if values["masculine"] > 0 else age.women
    return [word for word in adjectives if word], rng.choice(nouns)


def article(phrase: str) -> str:
    """Return the indefinite article of a phrase."""
    return "an" if phrase[0] in "aeiou" else "a"


def vocabulary() -> list[str]:
    """Return every word that captions can contain, in alphabetical order."""
    return sorted({word for text in _texts() for word in text.split()})


def _texts() -> Iterator[str]:
    yield "a an and with"
    yield from PREFIXES
    yield from UNNAMED
    for wording in WORDINGS:
        yield from wording.adjectives + wording.features + wording.clauses
    for age in AGES:
        yield from age.adjectives + age.women + age.men + age.people
