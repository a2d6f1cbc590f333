"""Curves of metrics over time and over edits, one line per method, as SVG."""

import pygal
from pygal.style import LightStyle

from hyperstyle.comparison.means import StepMean
from hyperstyle.comparison.table import SumsByMethod

TITLES = {"l2": "L2", "lpips": "LPIPS", "ms_ssim": "MS-SSIM", "identity": "Identity distance"}
FLOOR = 1e-6  # smallest value shown on a logarithmic axis


def curve(figure: str, titles: dict[str, str], sums: SumsByMethod) -> bytes:
    """Draw a metric of `TITLES` over seconds, both axes logarithmic; `titles` maps method names to titles."""
    chart = _chart(f"{TITLES[figure]}, mean over the photos", "seconds", logarithmic=True)
    for name, title in titles.items():
        chart.add(title, [_point(mean, figure) for mean in sums[name].steps() if getattr(mean, figure) is not None])
    return chart.render()


def edit_curve(direction: str, titles: dict[str, str], sums: SumsByMethod) -> bytes:
    """Draw the identity distance from the photo over the change of the label, along a direction."""
    chart = _chart(f"Identity distance along {direction}, mean over the photos", "change of the classifier's label")
    for name, title in titles.items():
        means = [mean for mean in sums[name].edits() if mean.direction == direction]
        unedited = next((mean.label for mean in means if mean.amount == 0), 0.0)
        chart.add(title, [(mean.label - unedited, mean.identity) for mean in means if mean.identity is not None])
    return chart.render()


def _chart(title: str, x_title: str, *, logarithmic: bool = False) -> pygal.XY:
    return pygal.XY(
        title=title,
        x_title=x_title,
        logarithmic=logarithmic,
        js=[],  # no script from another host
        style=LightStyle(background="white", plot_background="white"),
        dots_size=2.5,
        truncate_legend=-1,
        width=900,
        height=500,
    )


def _point(mean: StepMean, figure: str) -> tuple[float, float]:
    return max(mean.seconds, FLOOR), max(getattr(mean, figure), FLOOR)
