"""Loading the text model and channel relevance of a domain, or the reason why it has no text edits."""

import json
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import nn

from hyperstyle.domain_table import Domain, TextTables
from hyperstyle.editing.channel_relevance import read_relevance, read_styleclip_table
from hyperstyle.editing.text_edits import TextEditor
from hyperstyle.editing.text_model import (
    CLIP_NAME,
    TextModel,
    clip_network,
    clip_text_model,
    embedded_config,
    embedded_text_model,
    open_clip_network,
    open_clip_package,
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

NETWORK_FILE, RELEVANCE_FILE = "text.safetensors", "text-relevance.safetensors"
"""Files of the embedded text model in assets/."""
CLIP_WEIGHTS, STYLECLIP_WEIGHTS = "clip-vit-b-32", "styleclip-relevance"
"""Names of weights in the catalogue."""


def why_no_text(domain: Domain) -> str | None:
    """Return the reason why a domain has no text edits on this machine, as half a sentence; None where it has them."""
    try:
        open_clip_package()
    except StudioError as error:
        return str(error)
    known = computed_relevance(domain)
    if domain.text is TextTables.BUNDLED and not known:
        missing_assets = [name for name in (NETWORK_FILE, RELEVANCE_FILE) if not (ASSETS / name).exists()]
        return f"assets/{missing_assets[0]} is not there yet" if missing_assets else None
    needed = [CLIP_WEIGHTS, STYLECLIP_WEIGHTS] if domain.text is TextTables.PUBLISHED and not known else [CLIP_WEIGHTS]
    missing = [name for name in needed if status(WEIGHTS[name]).path is None]
    if missing:
        files = "1 weight file is" if len(missing) == 1 else f"{len(missing)} weight files are"
        return f"{files} missing: " + ", ".join(f"`python -m hyperstyle weights get {name}`" for name in missing)
    if domain.text is TextTables.NONE and not known:
        return (
            "nobody has published what its channels mean: "
            f"`python -m hyperstyle train relevance --domain {domain.name}` computes it into a folder, which "
            "HYPERSTYLE_WEIGHTS has to name"
        )
    return None


def computed_relevance(domain: Domain) -> Path | None:
    """Return the path of a domain's relevance to CLIP ViT-B/32 in the user's weight folders; None if none has one."""
    paths = (folder / relevance_file(domain) for folder in user_folders())
    return next((path for path in paths if path.is_file()), None)


def relevance_file(domain: Domain) -> str:
    """Return the name of the file with a domain's relevance to CLIP ViT-B/32."""
    return f"{domain.name}-relevance.safetensors"


def open_text_editor(domain: Domain, model: Model) -> TextEditor:
    """Load the text editor of a domain; a `StudioError` says why it has no text edits here."""
    if reason := why_no_text(domain):
        raise StudioError(f"{domain.title} takes no edits in words here: {reason}.")
    generator, known = model.generator, computed_relevance(domain)
    device = next(generator.parameters()).device
    if domain.text is TextTables.BUNDLED and not known:
        text_model = load_embedded_text_model(ASSETS / NETWORK_FILE, device)
        return TextEditor(text_model, read_relevance(ASSETS / RELEVANCE_FILE, text_model.name, generator))
    text_model = load_clip(fetch(WEIGHTS[CLIP_WEIGHTS]), device)
    if known:
        return TextEditor(text_model, read_relevance(known, text_model.name, generator))
    assert isinstance(generator, StyleGan2)
    table = fetch(WEIGHTS[STYLECLIP_WEIGHTS])
    return TextEditor(text_model, read_styleclip_table(table, text_model.name, generator, model.mapping))


def load_embedded_text_model(path: Path, device: torch.device) -> TextModel:
    """Load the embedded text model onto a device."""
    try:
        with safe_open(path, "pt") as file:
            words = WordTokenizer(json.loads((file.metadata() or {})["vocabulary"]))
    except FileNotFoundError as error:
        raise StudioError(f"assets/{path.name} is missing: install the program again.") from error
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise StudioError(f"assets/{path.name} is damaged: install the program again.") from error
    return embedded_text_model(load_shipped(open_clip_network(embedded_config(words)), path).to(device), words)


def load_clip(path: Path, device: torch.device) -> TextModel:
    """Load OpenAI's CLIP ViT-B/32 onto a device."""
    network = clip_network()
    load_weights(network, path)
    return clip_text_model(network.to(device).eval().requires_grad_(False))


def load_weights(network: nn.Module, path: Path) -> None:
    """Load a file's weights into a network of open_clip; a `StudioError` where they do not fit."""
    try:
        open_clip_package().load_checkpoint(network, str(path), strict=True, weights_only=True)
    except (SafetensorError, OSError, RuntimeError, KeyError) as error:
        raise StudioError(f"{path.name} holds no weights of {CLIP_NAME}: get it again.") from error
