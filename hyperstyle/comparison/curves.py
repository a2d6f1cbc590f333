"""How good each method is after how long: one chart for each figure, as SVG."""

import pygal
from pygal.style import LightStyle

from hyperstyle.comparison.means import Mean
from hyperstyle.comparison.table import Sums

TITLES = {"l2": "L2", "lpips": "LPIPS", "ms_ssim": "MS-SSIM", "identity": "Identity distance"}
FLOOR = 1e-6  # below which a logarithmic axis has no place to show anything


def curve(figure: str, titles: dict[str, str], sums: Sums) -> bytes:
    """The chart of a figure of `TITLES`, both axes logarithmic; `titles` are those of the methods by their names."""
    chart = _chart(f"{TITLES[figure]}, mean over the photos", "seconds", logarithmic=True)
    for name, title in titles.items():
        chart.add(title, [_point(mean, figure) for mean in sums[name].steps() if getattr(mean, figure) is not None])
    return chart.render()


def edit_curve(direction: str, titles: dict[str, str], sums: Sums) -> bytes:
    """How far from the photo's face the methods' pictures are, by how much the label has changed."""
    chart = _chart(f"Identity distance along {direction}, mean over the photos", "change of what the classifier says")
    for name, title in titles.items():
        along = [mean for mean in sums[name].edits() if mean.direction == direction]
        still = next((mean.label for mean in along if mean.amount == 0), 0.0)
        chart.add(title, [(mean.label - still, mean.identity) for mean in along if mean.identity is not None])
    return chart.render()


def _chart(title: str, x_title: str, *, logarithmic: bool = False) -> pygal.XY:
    return pygal.XY(
        title=title,
        x_title=x_title,
        logarithmic=logarithmic,
        js=[],  # a picture, and no script from elsewhere
        style=LightStyle(background="white", plot_background="white"),
        dots_size=2.5,
        truncate_legend=-1,
        width=900,
        height=500,
    )


def _point(mean: Mean, figure: str) -> tuple[float, float]:
    return max(mean.seconds, FLOOR), max(getattr(mean, figure), FLOOR)
