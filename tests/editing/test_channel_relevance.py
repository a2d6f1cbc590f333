"""What channels mean: computed from pictures, resumed, kept in files, and refused where it is that of others."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from hyperstyle.editing.channel_relevance import (
    MOVED_CONVOLUTIONS,
    convolution_styles,
    read_relevance,
    read_styleclip_table,
    style_deviations,
    style_widths,
    write_relevance,
)
from hyperstyle.editing.text_edits import StyleSpaceDirection, StyleSpaceEdit, apply_style_space_edits, channel_moves
from hyperstyle.editing.text_model import TextModel
from hyperstyle.errors import StudioError
from hyperstyle.networks.mobile_stylegan import MappingNetwork, MobileGenerator
from hyperstyle.networks.stylegan2 import Design, StyleGan2
from hyperstyle.training.core.generated_pictures import code_of, file_of, write_jpeg
from hyperstyle.training.text.relevance_training import PictureSource, compute, rendered_pictures, stored_pictures
from tests.text_at_hand import random_model


def small_generator(seed: int = 0, size: int = 32) -> StyleGan2:
    torch.manual_seed(seed)
    return StyleGan2(size, Design(channel_max=16)).eval().requires_grad_(False)


@pytest.fixture(scope="module")
def source() -> PictureSource:
    generator = small_generator()
    kernels = generator.kernels()
    return rendered_pictures(
        generator, generator.mapping, [0, 2, 6], lambda styles, _: generator.synthesize(styles, kernels)
    )


@pytest.fixture(scope="module")
def model() -> TextModel:
    return random_model()


def quiet(_: str) -> None:
    """Say nothing."""


def test_channels_moved_by_their_relevance_move_pictures_along_the_direction(
    source: PictureSource, model: TextModel, tmp_path: Path
) -> None:
    relevance = compute(tmp_path / "a.pt", source, model, 300, quiet)
    generator, kernels = source.generator, source.generator.kernels()
    with torch.no_grad():
        styles = generator.styles(torch.cat([source.code(number) for number in range(1000, 1020)]))
        plain = model.embed_pictures(generator.synthesize(styles, kernels))
        for way in torch.linalg.svd(plain - plain.mean(0))[2][:3]:
            direction = StyleSpaceDirection("", relevance.split(channel_moves(relevance, way, 0.0)), 48)
            moved = apply_style_space_edits(styles, [StyleSpaceEdit(direction, 1.0)])
            shifts = model.embed_pictures(generator.synthesize(moved, kernels)) - plain
            assert float((shifts @ way > 0).float().mean()) > 0.8


def test_stored_pictures_are_looked_at_with_their_own_codes(
    mapping: MappingNetwork, model: TextModel, tmp_path: Path
) -> None:
    generator = small_generator()
    for number in (3, 5):
        write_jpeg(file_of(tmp_path, number), torch.full((3, 64, 64), number / 10))
    source = stored_pictures(generator, mapping, [0], tmp_path, model.side)
    assert torch.equal(source.code(1), code_of(5, mapping))
    assert float(source.picture(1).mean()) == pytest.approx(0.5, abs=0.02)


def test_a_computation_that_was_cut_off_goes_on(source: PictureSource, model: TextModel, tmp_path: Path) -> None:
    compute(tmp_path / "a.pt", source, model, 8, quiet)
    said: list[str] = []
    resumed = compute(tmp_path / "a.pt", source, model, 12, said.append)
    assert said == ["12 of 12 pictures"]
    whole = compute(tmp_path / "b.pt", source, model, 12, quiet)
    assert torch.equal(resumed.directions, whole.directions)
    assert whole.directions.shape == (48, 64)
    assert float(whole.directions.norm(dim=1).max()) == pytest.approx(1, abs=1e-4)
    elsewhere = replace(source, generator=small_generator(seed=1))
    with pytest.raises(StudioError, match="another generator"):
        compute(tmp_path / "a.pt", elsewhere, model, 13, quiet)


def test_relevance_comes_back_and_is_refused_where_it_is_that_of_others(
    source: PictureSource, model: TextModel, tmp_path: Path, generator: MobileGenerator
) -> None:
    file = tmp_path / "relevance.safetensors"
    found = compute(tmp_path / "a.pt", source, model, 10, quiet)
    write_relevance(file, found, source.generator, {"pictures": "10"})
    back = read_relevance(file, model.name, source.generator)
    assert torch.allclose(back.directions, found.directions, atol=1e-3)
    assert torch.equal(back.deviations, found.deviations)
    assert back.widths == found.widths
    for other in (small_generator(seed=1), small_generator(size=8), generator):
        with pytest.raises(StudioError, match="another generator"):
            read_relevance(file, model.name, other)
    with pytest.raises(StudioError, match="text model"):
        read_relevance(file, "ViT-B-32-quickgelu", source.generator)
    file.write_bytes(file.read_bytes()[:5000])
    with pytest.raises(StudioError, match="damaged"):
        read_relevance(file, model.name, source.generator)
    with pytest.raises(StudioError, match="missing"):
        read_relevance(tmp_path / "nothing.safetensors", model.name, source.generator)


def test_a_generator_in_half_precision_is_still_the_same(
    source: PictureSource, model: TextModel, tmp_path: Path
) -> None:
    found = compute(tmp_path / "a.pt", source, model, 10, quiet)
    write_relevance(tmp_path / "r.safetensors", found, source.generator, {})
    half = small_generator()
    for layer in half.layer_list():
        layer.style.weight.data = layer.style.weight.data.bfloat16().float()
    read_relevance(tmp_path / "r.safetensors", model.name, half)


def published_table(path: Path, rows: int) -> Path:
    np.save(path, np.random.default_rng(0).normal(size=(rows, 512)).astype(np.float32))
    return path


def test_the_published_table_is_cut_into_styles_and_moves_the_first_eleven(tmp_path: Path) -> None:
    generator = small_generator(size=256)
    widths = style_widths(generator, convolution_styles(generator))
    rows = sum(width for _, width in widths)
    assert [index for index, _ in widths][:4] == [0, 2, 3, 5]
    relevance = read_styleclip_table(published_table(tmp_path / "fs3.npy", rows), "any", generator, generator.mapping)
    moved = relevance.split(relevance.deviations)
    assert list(moved) == [index for index, _ in widths[:MOVED_CONVOLUTIONS]]
    expected = style_deviations(generator, generator.mapping, list(moved))
    assert torch.allclose(torch.cat(list(moved.values())), expected)
    assert torch.allclose(relevance.directions.norm(dim=1), torch.ones(rows), atol=1e-5)
    with pytest.raises(StudioError, match="another generator"):
        read_styleclip_table(published_table(tmp_path / "short.npy", rows - 1), "any", generator, generator.mapping)


def test_a_table_that_would_run_code_is_refused(tmp_path: Path) -> None:
    generator = small_generator()
    np.save(tmp_path / "fs3.npy", np.array([print], dtype=object), allow_pickle=True)
    with pytest.raises(StudioError, match="not a table"):
        read_styleclip_table(tmp_path / "fs3.npy", "any", generator, generator.mapping)


def test_spreads_are_how_much_styles_vary(source: PictureSource) -> None:
    spreads = style_deviations(source.generator, source.mapping, [2])
    with torch.no_grad():
        codes: Tensor = source.mapping(torch.randn(3000, 512, generator=torch.Generator().manual_seed(8)))
    assert torch.allclose(spreads, source.generator.styles(codes)[2].std(0), rtol=0.1)
