"""Directions from codes whose pictures are known, and what is measured of them."""

import torch

from hyperstyle.domain_table import DOMAINS
from hyperstyle.editing.domain_directions import directions_of
from hyperstyle.paths import ASSETS
from hyperstyle.training.animals.classifier import Classifier
from hyperstyle.training.animals.directions_training import KINDS, fit_directions
from hyperstyle.training.animals.wild_pictures import mixed_pictures, sample_codes
from hyperstyle.training.animals.wild_report import MEASURES, invert_all, success, tables
from hyperstyle.weights.embedded_loading import load_compact_model
from tests.weights_at_hand import weight_file


def test_directions_lead_to_the_kinds_to_mirror_images_and_to_higher_measures() -> None:
    torch.manual_seed(0)
    species = [kind.species[0] for kind in KINDS for _ in range(20)]
    apart, turned = torch.eye(512)[:4].repeat_interleave(20, 0), torch.eye(512)[10]
    light, warm = torch.linspace(-1, 1, 80)[torch.randperm(80)], torch.linspace(-1, 1, 80)[torch.randperm(80)]
    own = apart + light[:, None] * torch.eye(512)[20] + warm[:, None] * torch.eye(512)[21]
    sides = torch.randn(80, 1) * turned
    codes = torch.stack((own + sides, own - sides), 1).flatten(0, 1)
    pictures = torch.zeros(80, 3, 256, 256) + 0.5 * light[:, None, None, None]
    pictures[:, 0] += warm[:, None, None]
    pictures[:, 2] -= warm[:, None, None]

    found = {direction.name: direction.load_vector() for direction in fit_directions(codes, species, pictures)}
    for place, kind in enumerate(KINDS):
        assert found[kind.name][:4].argmax() == place
        assert abs(found[kind.name][10]) < 1e-4
    assert found["turn"].abs().argmax() == 10
    assert found["light"][20] > 1
    assert found["coat"][21] > 1


def test_the_report_counts_inversions_that_become_what_the_slider_says() -> None:
    model = load_compact_model(ASSETS / "wild-lite")
    classifier = Classifier(weight_file("mobilenet-v2"))
    stages, steps = invert_all(model, torch.cat(mixed_pictures(model, 1)).clamp(-1, 1))
    means = {stage: seen.l2[0] for stage, seen in stages.items()}
    assert means["polish"] < means["five refinements"] < means["code"]
    directions = list(directions_of(DOMAINS["wild-lite"]).values())
    shares = [success(model, steps, direction, classifier) for direction in directions]
    assert "| Lion (`lion`) |" in tables(stages, directions, shares)
    by_name = {direction.name: share for direction, share in zip(directions, shares, strict=True)}
    assert by_name["turn"] is None
    assert all(by_name[name] == 1 for name in MEASURES)


def test_samples_are_the_same_every_time() -> None:
    model = load_compact_model(ASSETS / "wild-lite")
    assert torch.equal(sample_codes(model, 2, 0.8), sample_codes(model, 3, 0.8)[:2])
