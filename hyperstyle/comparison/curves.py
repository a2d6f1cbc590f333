"""How good each method is after how long: one chart for each figure, as SVG."""

import pygal
from pygal.style import LightStyle

from hyperstyle.comparison.means import Mean
from hyperstyle.comparison.table import Sums

TITLES = {"l2": "L2", "lpips": "LPIPS", "ms_ssim": "MS-SSIM", "identity": "Identity distance"}
FLOOR = 1e-6  # below which a logarithmic axis has no place to show anything


def curve(figure: str, titles: dict[str, str], sums: Sums) -> bytes:
    """The chart of a figure of `TITLES`, both axes logarithmic; `titles` are those of the methods by their names."""
    chart = pygal.XY(
        title=f"{TITLES[figure]}, mean over the photos",
        x_title="seconds",
        logarithmic=True,
        js=[],  # a picture, and no script from elsewhere
        style=LightStyle(background="white", plot_background="white"),
        dots_size=2.5,
        truncate_legend=-1,
        width=900,
        height=500,
    )
    for name, title in titles.items():
        chart.add(title, [_point(mean, figure) for mean in sums[name].steps() if getattr(mean, figure) is not None])
    return chart.render()


def _point(mean: Mean, figure: str) -> tuple[float, float]:
    return max(mean.seconds, FLOOR), max(getattr(mean, figure), FLOOR)
