"""Captions of generated faces, composed from their labels in many wordings: the training texts of our own text model.

Labels are reliable at their extremes, so most wordings apply to the 10 to 20% of all faces at one end. A caption states
some of the facts that are true of a face and omits the others: a short one few, as people write them into the page, and
a full one so many that it tells a face from others.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf
from random import Random

import numpy as np
from numpy.typing import NDArray

from hyperstyle.editing.word_tokenizer import CONTEXT
from hyperstyle.metrics.descriptions import DESCRIBED

LEFT_RIGHT = ("yaw", "light-side")
"""Labels whose order is reversed in a mirrored face."""

GENDER_THRESHOLD = 4.0
"""Absolute log-odds of the label "masculine" from which a caption may use gendered nouns."""

Condition = tuple[str, float, float]
"""A label, and the lowest and the highest value at which something is said: ranks, but years and log-odds."""

MEN: Condition = ("masculine", GENDER_THRESHOLD, inf)
HAIR_SEEN: Condition = ("hat", 0.0, 0.92)
EYES_SEEN: Condition = ("sunglasses", 0.0, 0.97)
NO_RIMS: Condition = ("glasses", 0.0, 0.85)


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
    only: tuple[Condition, ...] = ()
    """Applies only where all these conditions hold too."""


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
        only=(MEN,),
    ),
    Wording(
        *("beard", 0.0, 0.5),
        adjectives=("shaven", "clean shaven", "beardless"),
        features=("no beard", "smooth skin", "no facial hair"),
        clauses=("without a beard", "without facial hair"),
        only=(MEN,),
    ),
    Wording(
        *("hair-light", 0.85, 1.0),
        only=(HAIR_SEEN,),
        adjectives=("blond", "blonde", "fair haired", "light haired"),
        features=("blond hair", "blonde hair", "light hair", "fair hair", "golden hair", "very light hair"),
    ),
    Wording(
        *("hair-light", 0.0, 0.2),
        only=(HAIR_SEEN,),
        adjectives=("black haired", "dark haired"),
        features=("black hair", "dark hair", "very dark hair"),
    ),
    Wording(
        *("hair-light", 0.35, 0.65),
        only=(HAIR_SEEN,),
        adjectives=("brown haired", "brunette"),
        features=("brown hair", "brunette hair"),
    ),
    Wording(
        *("mouth-open", 0.8, 1.0),
        adjectives=("open mouthed",),
        features=("an open mouth", "open lips", "the mouth open", "the mouth wide open", "parted lips"),
        clauses=("opening the mouth",),
    ),
    Wording("mouth-open", 0.0, 0.2, features=("a closed mouth", "closed lips", "the mouth closed", "the mouth shut")),
    Wording(
        *("eyes-open", 0.85, 1.0),
        only=(EYES_SEEN,),
        adjectives=("wide eyed",),
        features=("wide open eyes", "open eyes", "big eyes", "large eyes", "eyes wide open"),
    ),
    Wording(
        *("eyes-open", 0.0, 0.15),
        only=(EYES_SEEN,),
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
    Wording(
        *("brows-raised", 0.85, 1.0),
        only=(EYES_SEEN,),
        features=("raised eyebrows", "high eyebrows", "lifted eyebrows", "raised brows"),
        clauses=("raising the eyebrows",),
    ),
    Wording(
        "brows-raised", 0.0, 0.15, only=(EYES_SEEN,), features=("lowered eyebrows", "low eyebrows", "lowered brows")
    ),
    Wording(
        *("thick-brows", 0.85, 1.0),
        only=(EYES_SEEN, NO_RIMS),
        features=("thick eyebrows", "bushy eyebrows", "dark eyebrows", "thick brows"),
    ),
    Wording(
        *("thick-brows", 0.0, 0.2),
        only=(EYES_SEEN, NO_RIMS),
        features=("thin eyebrows", "fine eyebrows", "faint eyebrows", "thin brows"),
    ),
    Wording(
        *("pout", 0.88, 1.0),
        adjectives=("pouting",),
        features=("a pout", "pouting lips", "pursed lips"),
        clauses=("pouting",),
    ),
    Wording("full-lips", 0.85, 1.0, features=("full lips", "thick lips", "big lips")),
    Wording("full-lips", 0.0, 0.15, features=("thin lips", "narrow lips")),
    Wording("teeth", 0.75, 1.0, features=("white teeth", "a toothy smile"), clauses=("showing teeth", "baring teeth")),
    Wording("teeth", 0.0, 0.3, clauses=("not showing teeth", "showing no teeth")),
    Wording("face-width", 0.85, 1.0, features=("a round face", "a wide face", "round cheeks", "full cheeks")),
    Wording("face-width", 0.0, 0.15, features=("a narrow face", "a long face", "a slim face", "a thin face")),
    Wording("jaw-width", 0.85, 1.0, features=("a square jaw", "a wide jaw", "a strong jaw", "a square face")),
    Wording("jaw-width", 0.0, 0.15, features=("a pointed chin", "a narrow jaw", "a narrow chin", "a small chin")),
    Wording("nose-width", 0.85, 1.0, features=("a wide nose", "a broad nose", "a big nose")),
    Wording("nose-width", 0.0, 0.15, features=("a narrow nose", "a small nose", "a thin nose")),
    Wording(
        *("hair-length", 0.8, 1.0),
        adjectives=("long haired",),
        features=("long hair", "hair down to the shoulders", "very long hair"),
    ),
    Wording("hair-length", 0.0, 0.3, adjectives=("short haired",), features=("short hair", "very short hair")),
    Wording(
        *("bangs", 0.85, 0.99),
        only=(HAIR_SEEN,),
        features=("bangs", "a fringe", "hair over the forehead", "hair on the forehead"),
    ),
    Wording("bangs", 0.0, 0.25, features=("a bare forehead", "no bangs", "no fringe", "an open forehead")),
    Wording(
        *("curls", 0.9, 1.0),  # also high for short dark hair
        only=(HAIR_SEEN, ("straight-hair", 0.0, 0.3), ("hair-length", 0.4, 1.0), ("bangs", 0.3, 1.0)),
        adjectives=("curly haired", "curly"),
        features=("curly hair", "curls", "frizzy hair", "wavy hair"),
    ),
    Wording(
        *("straight-hair", 0.85, 1.0),
        only=(HAIR_SEEN,),
        adjectives=("straight haired",),
        features=("straight hair", "smooth hair", "sleek hair"),
    ),
    Wording(
        *("red-hair", 0.98, 1.0),
        only=(HAIR_SEEN,),
        adjectives=("red haired", "ginger"),
        features=("red hair", "ginger hair", "auburn hair", "reddish hair"),
    ),
    Wording(
        *("grey-hair", 0.9, 1.0),
        only=(HAIR_SEEN, ("age", 45, inf), ("bangs", 0.2, 1.0)),  # fair and bald heads are as light
        adjectives=("grey haired", "gray haired", "white haired"),
        features=("grey hair", "gray hair", "white hair", "silver hair"),
    ),
    Wording(
        *("hat", 0.95, 1.0),
        features=("a hat", "a cap", "something on the head"),
        clauses=("wearing a hat", "who wears a hat", "in a hat", "wearing a cap"),
    ),
    Wording("hat", 0.0, 0.6, adjectives=("bare headed",), features=("no hat",), clauses=("without a hat",)),
    Wording(
        *("sunglasses", 0.98, 1.0),
        features=("sunglasses", "dark glasses", "shades"),
        clauses=("wearing sunglasses", "who wears sunglasses", "in sunglasses"),
    ),
    Wording(
        *("suit", 0.93, 1.0),
        features=("a suit", "a suit and tie"),
        clauses=("in a suit", "wearing a suit", "wearing a suit and tie", "in business clothes"),
    ),
    Wording(
        *("light-background", 0.85, 1.0),
        features=("a light background", "a bright background", "a white background"),
        clauses=("in front of a bright background", "on a white background", "against a light background"),
    ),
    Wording(
        *("light-background", 0.0, 0.15),
        features=("a dark background", "a black background"),
        clauses=("in front of a dark background", "on a black background", "against a dark background"),
    ),
    Wording(
        *("blue-background", 0.92, 1.0),
        features=("a blue background",),
        clauses=("in front of a blue background", "on a blue background"),
    ),
    Wording(
        *("red-background", 0.95, 1.0),
        features=("a red background", "an orange background", "a warm background"),
        clauses=("in front of a red background", "on a red background"),
    ),
    Wording(
        *("green-background", 0.9, 1.0),
        features=("a green background",),
        clauses=("in front of a green background", "on a green background", "in nature"),
    ),
    Wording(
        *("colourful-background", 0.85, 1.0),
        features=("a colourful background", "a colorful background"),
        clauses=("in front of a colourful background", "on a colorful background"),
    ),
    Wording(
        *("colourful-background", 0.0, 0.2),
        only=(("light-background", 0.2, 0.8),),
        features=("a grey background", "a gray background"),
        clauses=("in front of a grey background", "on a gray background"),
    ),
    Wording(
        *("busy-background", 0.85, 1.0),
        features=("a busy background", "a detailed background"),
        clauses=("in front of a busy background",),
    ),
    Wording(
        *("busy-background", 0.0, 0.2),
        features=("a plain background", "a smooth background", "an empty background"),
        clauses=("in front of a plain background", "on a plain background"),
    ),
    Wording(
        *("light-clothes", 0.85, 1.0),
        features=("light clothes", "white clothes", "bright clothes"),
        clauses=("in light clothes", "dressed in white", "wearing white clothes"),
    ),
    Wording(
        *("light-clothes", 0.0, 0.2),
        features=("dark clothes", "black clothes"),
        clauses=("in dark clothes", "dressed in black", "wearing black clothes"),
    ),
    Wording("blue-clothes", 0.9, 1.0, features=("blue clothes",), clauses=("in blue clothes", "dressed in blue")),
    Wording("red-clothes", 0.92, 1.0, features=("red clothes",), clauses=("in red clothes", "dressed in red")),
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
WORDS = CONTEXT - 2
"""Longest caption."""
FEW_FACTS, FACT_CHANCE = 3, 0.6  # the most wordings of a short caption, and the probability of each of them
FULL_FACTS = 8  # wordings of a full caption, as far as that many are true and fit in
FULL_CHANCE = 0.5  # probability that a training caption is longer than a short one
SINGLE_CHANCE = 0.15  # probability that a short caption consists of one phrase
PERSONAL_CHANCE, FULL_PERSONAL_CHANCE = 0.5, 0.9  # probability that a caption states age, and that it states gender


def ranks(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Convert labels [N, labels] to ranks in [0, 1]; age stays in years and "masculine" in log-odds.

    Labels that say nothing, which are NaN, get the rank 0.5, at which no wording applies.
    """
    known = np.isfinite(values)
    shares = np.where(known, values, np.inf).argsort(0).argsort(0) / np.maximum(known.sum(0) - 1, 1)
    shares[~known] = 0.5
    kept = [DESCRIBED.index(name) for name in ("age", "masculine")]
    shares[:, kept] = values[:, kept]
    return shares.astype(np.float32)


def mirror_labels(row: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the ranks [labels] of the mirrored face."""
    row = row.copy()
    sides = [DESCRIBED.index(name) for name in LEFT_RIGHT]
    row[sides] = 1 - row[sides]
    return row


def training_caption(row: NDArray[np.float32], rng: Random) -> str:
    """Compose a caption of random length that is true of a face with these ranks [labels]."""
    if rng.random() < FULL_CHANCE:
        return caption(row, rng, rng.randint(FEW_FACTS + 1, FULL_FACTS + 2))
    return short_caption(row, rng)


def short_caption(row: NDArray[np.float32], rng: Random) -> str:
    """Compose a caption of at most three facts that are true of a face with these ranks [labels]."""
    return caption(row, rng, sum(rng.random() < FACT_CHANCE for _ in range(FEW_FACTS)))


def caption(row: NDArray[np.float32], rng: Random, facts: int) -> str:
    """Compose a caption of so many facts, as far as they fit in, that are true of a face with these ranks [labels]."""
    values = dict(zip(DESCRIBED, row.tolist(), strict=True))
    true = [wording for wording in WORDINGS if applies(wording, values)]
    chosen = rng.sample(true, min(facts, len(true)))
    if 0 < facts <= FEW_FACTS and chosen and rng.random() < SINGLE_CHANCE:
        return single_feature(chosen[0], rng)
    adjectives, noun = adjectives_and_noun(values, rng, PERSONAL_CHANCE if facts <= FEW_FACTS else FULL_PERSONAL_CHANCE)
    prefix, with_article = rng.choice(PREFIXES), rng.random() < 0.9
    features: list[str] = []
    clauses: list[str] = []
    text = ""
    for wording in (None, *chosen):
        if wording:
            kinds = ((adjectives, wording.adjectives), (features, wording.features), (clauses, wording.clauses))
            place, word = rng.choice([(place, word) for place, words in kinds for word in words])
            place.insert(rng.randint(0, len(place)), word)
        longer = prefix + sentence(adjectives, noun, features, clauses, with_article=with_article)
        if len(longer.split()) > WORDS:
            break
        text = longer
    return text


def sentence(adjectives: list[str], noun: str, features: list[str], clauses: list[str], *, with_article: bool) -> str:
    """Return "a(n) (adjectives) (noun) with (features) (clauses)"."""
    phrase = " ".join([*adjectives, noun])
    words = [f"{article(phrase)} {phrase}" if with_article else phrase]
    if features:
        words.append("with " + listed(features))
    if clauses:
        words.append(listed(clauses))
    return " ".join(words)


def listed(phrases: list[str]) -> str:
    """Return "one, two and three"."""
    return " and ".join(filter(None, (", ".join(phrases[:-1]), phrases[-1])))


def applies(wording: Wording, values: Mapping[str, float]) -> bool:
    """Return whether a wording is true of a face with these ranks by label."""
    conditions = ((wording.label, wording.low, wording.high), *wording.only)
    return all(low <= values[label] <= high for label, low, high in conditions)


def single_feature(wording: Wording, rng: Random) -> str:
    """Draw one of the phrases of a wording, to be the whole caption."""
    return rng.choice(wording.adjectives + wording.features + wording.clauses)


def adjectives_and_noun(values: Mapping[str, float], rng: Random, chance: float) -> tuple[list[str], str]:
    """Draw adjectives and a noun for a face with these ranks by label; `chance` is that of age, and that of gender."""
    age = next(age for age in AGES if values["age"] < age.below)
    adjectives = [word for word in [rng.choice(age.adjectives)] if word and rng.random() < chance]
    if rng.random() > chance:
        return adjectives, rng.choice(UNNAMED)
    nouns = age.people
    if abs(values["masculine"]) > GENDER_THRESHOLD:
        nouns = age.men if values["masculine"] > 0 else age.women
    return adjectives, rng.choice(nouns)


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
