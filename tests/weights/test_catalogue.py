"""The table of weight files: whole, unambiguous, and in step with what is known of the published files."""

import re
from pathlib import Path

from hyperstyle.domain_table import DOMAINS
from hyperstyle.weights.catalogue import TRAINING, WEIGHTS
from hyperstyle.weights.weight_sources import Member


def test_every_weight_is_wanted_and_every_wanted_weight_is_there() -> None:
    wanted = {name for domain in DOMAINS.values() for name in domain.required_weights + domain.optional_weights}
    assert wanted | set(TRAINING) == set(WEIGHTS)


def test_no_two_weights_share_a_name_or_a_file() -> None:
    assert [name for name, weight in WEIGHTS.items() if name != weight.name] == []
    assert len({weight.filename for weight in WEIGHTS.values()}) == len(WEIGHTS)
    assert not set(WEIGHTS) & set(DOMAINS), "`weights get NAME` would be ambiguous"


def test_every_weight_has_a_source_or_says_where_its_user_finds_it() -> None:
    assert [name for name, weight in WEIGHTS.items() if not weight.sources and not weight.by_hand] == []


def test_sums_are_sums() -> None:
    for weight in WEIGHTS.values():
        assert re.fullmatch("[0-9a-f]{64}|[0-9a-f]{8}|", weight.sha256), weight.name


def test_members_are_unpacked_by_their_package_and_fully_checked() -> None:
    members = {
        source.path: weight for weight in WEIGHTS.values() for source in weight.sources if isinstance(source, Member)
    }
    unpacked = {path for weight in members.values() for path in weight.sources[0].package.members}  # type: ignore[union-attr]
    assert unpacked == set(members)
    for path, weight in members.items():
        assert len(weight.sha256) == 64
        assert Path(path).name == weight.filename
