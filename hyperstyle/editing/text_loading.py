"""Which domains take edits in words, with which files; and opening what that takes."""

import json
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import nn

from hyperstyle.domain_table import Domain, TextTables
from hyperstyle.editing.channel_relevance import read_published, read_relevance
from hyperstyle.editing.text_edits import TextEditor
from hyperstyle.editing.text_model import (
    FULL,
    TextModel,
    clip_network,
    full_model,
    full_network,
    library,
    own_config,
    own_model,
)
from hyperstyle.editing.word_tokenizer import WordTokenizer
from hyperstyle.errors import StudioError
from hyperstyle.inversion.hyperstyle import Model
from hyperstyle.networks.stylegan2 import StyleGan2
from hyperstyle.paths import ASSETS
from hyperstyle.weights.assets import load_shipped
from hyperstyle.weights.catalogue import WEIGHTS
from hyperstyle.weights.fetching import fetch, status
from hyperstyle.weights.folders import user_folders

NETWORK, RELEVANCE = "text.safetensors", "text-relevance.safetensors"
"""Of the embedded model, in assets/."""
CLIP, PUBLISHED = "clip-vit-b-32", "styleclip-relevance"
"""Names of weights."""


def why_no_text(domain: Domain) -> str | None:
    """Why a domain takes no edits in words here, as half a sentence; None where it does."""
    try:
        library()
    except StudioError as error:
        return str(error)
    known = computed(domain)
    if domain.text is TextTables.BUNDLED and not known:
        missing_assets = [name for name in (NETWORK, RELEVANCE) if not (ASSETS / name).exists()]
        return f"assets/{missing_assets[0]} is not there yet" if missing_assets else None
    needed = [CLIP, PUBLISHED] if domain.text is TextTables.PUBLISHED and not known else [CLIP]
    missing = [name for name in needed if status(WEIGHTS[name]).path is None]
    if missing:
        files = "a file of weights is" if len(missing) == 1 else f"{len(missing)} files of weights are"
        return f"{files} not here: " + ", ".join(f"`python -m hyperstyle weights get {name}`" for name in missing)
    if domain.text is TextTables.NONE and not known:
        return (
            "nobody has published what its channels mean: "
            f"`python -m hyperstyle train relevance --domain {domain.name}` computes it into a folder, which "
            "HYPERSTYLE_WEIGHTS has to name"
        )
    return None


def computed(domain: Domain) -> Path | None:
    """The relevance of a domain's channels to ViT-B/32 that somebody computed, where the user's folders hold one."""
    paths = (folder / relevance_file(domain) for folder in user_folders())
    return next((path for path in paths if path.is_file()), None)


def relevance_file(domain: Domain) -> str:
    """What that file is called."""
    return f"{domain.name}-relevance.safetensors"


def open_text_editor(domain: Domain, model: Model) -> TextEditor:
    """What edits in words take: the full text model where it can be used; a `StudioError` where nothing can."""
    if reason := why_no_text(domain):
        raise StudioError(f"{domain.title} takes no edits in words here: {reason}.")
    generator, known = model.generator, computed(domain)
    device = next(generator.parameters()).device
    if domain.text is TextTables.BUNDLED and not known:
        text_model = open_own(ASSETS / NETWORK, device)
        return TextEditor(text_model, read_relevance(ASSETS / RELEVANCE, text_model.name, generator))
    text_model = open_full(fetch(WEIGHTS[CLIP]), device)
    if known:
        return TextEditor(text_model, read_relevance(known, text_model.name, generator))
    assert isinstance(generator, StyleGan2)
    table = fetch(WEIGHTS[PUBLISHED])
    return TextEditor(text_model, read_published(table, text_model.name, generator, model.mapping))


def open_own(path: Path, device: torch.device) -> TextModel:
    """Our own text model from its file, on a device."""
    try:
        with safe_open(path, "pt") as file:
            words = WordTokenizer(json.loads((file.metadata() or {})["vocabulary"]))
    except FileNotFoundError as error:
        raise StudioError(f"assets/{path.name} is missing: this copy of the program is not whole.") from error
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise StudioError(f"assets/{path.name} is damaged: get this copy of the program again.") from error
    return own_model(load_shipped(clip_network(own_config(words)), path).to(device), words)


def open_full(path: Path, device: torch.device) -> TextModel:
    """OpenAI's ViT-B/32 from its file, on a device."""
    network = full_network()
    loaded(network, path)
    return full_model(network.to(device).eval().requires_grad_(False))


def loaded(network: nn.Module, path: Path) -> None:
    """Put the weights of a file into a network of open_clip; a `StudioError` where they are not for it."""
    try:
        library().load_checkpoint(network, str(path), strict=True, weights_only=True)
    except (SafetensorError, OSError, RuntimeError, KeyError) as error:
        raise StudioError(f"{path.name} holds no weights of {FULL}: get it again.") from error
