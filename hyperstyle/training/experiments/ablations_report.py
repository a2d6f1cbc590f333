"""The table of docs/ablations.md."""

from collections.abc import Mapping
from pathlib import Path

from hyperstyle.training.core.doc_sections import write_section
from hyperstyle.training.experiments.ablations import Result, Variant


def write_report(page: Path, results: Mapping[Variant, Result]) -> None:
    """Write the table of results into the generated section of the page."""
    write_section(page, table(results))


def table(results: Mapping[Variant, Result]) -> str:
    """Return the Markdown table, one line per variant."""
    steps = max(len(result.figures) for result in results.values())
    lines = [
        f"| | seed | parameters | minutes | picture 0 | {' | '.join(f'after {step}' for step in range(1, steps))} |",
        "|---|" + "---|" * (3 + steps),
    ]
    for variant, result in results.items():
        figures = " | ".join(f"{l2:.4f} / {lpips:.3f}" for l2, lpips in result.figures)
        size = f"{result.parameters / 1e6:.1f} million"
        lines.append(f"| {variant.title} | {variant.seed} | {size} | {result.minutes:.1f} | {figures} |")
    return "\n".join(lines) + "\n"
