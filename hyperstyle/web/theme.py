"""The Gradio theme of the page: neutral greys, one accent colour, and system fonts."""

import gradio as gr
from gradio.themes.utils import colors, sizes

SANS = ("ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")


def theme() -> gr.themes.Base:
    """Return the theme, for light and dark mode."""
    return gr.themes.Base(
        primary_hue=colors.indigo,
        secondary_hue=colors.indigo,
        neutral_hue=colors.stone,
        radius_size=sizes.radius_lg,
        font=SANS,
        font_mono=MONO,
    ).set(
        body_background_fill="#faf9f7",
        body_background_fill_dark="#161514",
        body_text_color_subdued="#5f5a55",
        body_text_color_subdued_dark="#b5afa8",
        background_fill_primary="#ffffff",
        background_fill_primary_dark="#1f1e1c",
        background_fill_secondary="#f1efec",
        background_fill_secondary_dark="#292725",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_border_width_dark="0px",
        block_shadow="none",
        block_label_background_fill="transparent",
        block_label_background_fill_dark="transparent",
        block_label_border_width="0px",
        block_label_border_width_dark="0px",
        block_info_text_color="#5f5a55",
        block_info_text_color_dark="#b5afa8",
        block_padding="8px 0px",
        button_primary_background_fill="#4338ca",
        button_primary_background_fill_hover="#3730a3",
        button_primary_background_fill_dark="#4f46e5",
        button_primary_background_fill_hover_dark="#6366f1",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#ffffff",
        color_accent="#4338ca",
        color_accent_soft="#e8e7fb",
        color_accent_soft_dark="#2e2a63",
        slider_color="#4338ca",
        slider_color_dark="#818cf8",
    )
