"""Seconds from a slider's event to the decoded picture: `python -m tests.web.slider_speed`.

A visitor takes the smile's slider by the mouse: moves it once from rest, lets go, and drags it to and fro; in both
views, then once more while somebody else inverts. Nothing else should be running.
"""

import statistics
import time
from typing import Annotated, Any

import typer
from playwright.sync_api import Browser, Page, expect

from tests.web.edits_meanwhile import editing, inverting
from tests.web.served_page import SECONDS, chromium, embedded_services, serving
from tests.web.visitor import picture, status

DRAG_SECONDS = 4.0
FRAME = 1 / 60
SLIDER = "#edit-faces-lite-smile input[type=range]"
RECORD = """() => {
  window.record = { moves: [], released: 0, pictures: [] };
  const edited = document.querySelector("#edited");
  document.addEventListener("input", (event) => record.moves.push(event.timeStamp), true);
  document.addEventListener("pointerup", (event) => { record.released = event.timeStamp; }, true);
  const pixels = (image) => {
    const canvas = new OffscreenCanvas(256, 256).getContext("2d");
    canvas.drawImage(image, 0, 0, 256, 256);
    return canvas.getImageData(0, 0, 256, 256).data;
  };
  let last = null;
  new MutationObserver(async (changes) => {
    const image = edited.querySelector(".after");
    if (!changes.some((change) => change.target === image)) return;
    try { await image.decode(); } catch { return; } // another one has come
    const seen = { at: performance.now(), side: image.naturalWidth, height: image.clientHeight, apart: 0 };
    record.pictures.push(seen);
    const shown = pixels(image);
    const difference = (sum, value, place) => sum + Math.abs(value - last[place]);
    if (last) seen.apart = shown.reduce(difference, 0) / (256 * 256 * 3);
    last = shown;
  }).observe(edited, { subtree: true, attributes: true, attributeFilter: ["src"] });
}"""
ANSWERED = "() => record.moves.length && record.pictures.some((picture) => picture.at > record.moves[0])"
FULL_SIZE = "() => record.pictures.length && record.pictures.at(-1).side >= 1024"


def recorded(page: Page) -> dict[str, Any]:
    """Milliseconds of the page's clock: `moves`, `released`, and `at` of `pictures`, with their side in pixels."""
    found: dict[str, Any] = page.evaluate("record")
    return found


def forget(page: Page) -> None:
    page.evaluate("() => Object.assign(record, { moves: [], released: 0, pictures: [] })")


def thumb(page: Page, share: float) -> tuple[float, float]:
    """The place on the slider that is `share` of its way from the left."""
    box = page.locator(SLIDER).bounding_box()
    assert box
    return box["x"] + 8 + share * (box["width"] - 16), box["y"] + box["height"] / 2


def move_once(page: Page, share: float) -> tuple[float, float, float, float]:
    """Move to a place and wait for a picture, then let go.

    The seconds from the movement to that picture, from letting go to the full one, the mean difference of both of 255,
    and the change of the height that they take in pixels.
    """
    forget(page)
    page.mouse.move(*thumb(page, share))
    page.mouse.down()
    page.wait_for_function(ANSWERED)
    page.mouse.up()
    page.wait_for_function("() => record.released")
    page.wait_for_function(FULL_SIZE)
    found = recorded(page)
    first = next(seen for seen in found["pictures"] if seen["at"] > found["moves"][0])
    last = found["pictures"][-1]
    full = max(0.0, last["at"] - found["released"])
    return (first["at"] - found["moves"][0]) / 1000, full / 1000, last["apart"], abs(last["height"] - first["height"])


def drag(page: Page) -> float:
    """Drag to and fro; pictures a second."""
    forget(page)
    page.mouse.move(*thumb(page, 0.5))
    page.mouse.down()
    began = time.monotonic()
    while (now := time.monotonic() - began) < DRAG_SECONDS:
        page.mouse.move(*thumb(page, 0.5 + 0.4 * (abs(now % 4 - 2) - 1)))
        page.wait_for_timeout(1000 * FRAME)
    count = len(recorded(page)["pictures"])
    page.mouse.up()
    page.wait_for_function(FULL_SIZE)
    return count / DRAG_SECONDS


def shares(moves: int) -> list[float]:
    """Places to move to, each far from the one before."""
    return [0.3 + 0.4 * (index % 2) + 0.01 * index for index in range(moves)]


def row(name: str, moves: list[tuple[float, float, float, float]], rate: float | None = None) -> str:
    """A row of the table: the median and the slowest of each figure."""
    firsts, fulls, aparts, heights = zip(*moves, strict=True)
    cells = [f"{statistics.median(times):.3f} ({max(times):.3f})" for times in (firsts, fulls)]
    rest = [f"{rate:.1f}" if rate else "", f"{statistics.median(aparts):.1f}", f"{max(heights):.0f}"]
    return f"| {' | '.join([name, *cells, *rest])} |"


def visits(browser: Browser, address: str, moves: int, *, meanwhile: bool) -> None:
    """Print the table, row by row."""
    page = editing(browser, address)
    page.set_default_timeout(1000 * SECONDS)
    page.locator(SLIDER).scroll_into_view_if_needed()
    page.evaluate(RECORD)
    heads = ("view", "first picture, s (slowest)", "full picture, s (slowest)", "a second", "of 255 apart", "jump, px")
    print(f"| {' | '.join(heads)} |")
    print("|---|---|---|---|---|---|")
    for view in ("In your photo", "As generated"):
        before = picture(page, "#edited")
        if not page.get_by_label(view).first.is_checked():
            page.get_by_label(view).first.check()
            expect(page.locator("#edited .after")).not_to_have_attribute("src", before)
        move_once(page, 0.1)  # whatever is computed once
        print(row(view, [move_once(page, share) for share in shares(moves)], drag(page)), flush=True)
    if not meanwhile:
        return
    other = inverting(browser, address)
    found = []
    while "Done." not in status(other).inner_text():
        found.append(move_once(page, shares(moves)[len(found) % moves]))
    print(row(f"{view}, while somebody inverts", found[:-1]))  # the last one may have come after the end


def main(moves: Annotated[int, typer.Option(min=2)] = 9, *, meanwhile: bool = True) -> None:
    """Serve the page and visit it."""
    expect.set_options(timeout=1000 * SECONDS)
    with serving(embedded_services()) as served, chromium() as browser:
        visits(browser, served.address, moves, meanwhile=meanwhile)


if __name__ == "__main__":
    typer.run(main)
