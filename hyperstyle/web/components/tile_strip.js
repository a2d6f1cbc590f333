// One listener on the strip serves all tiles, also later ones.
element.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-index]");
  if (!button) return;
  for (const other of element.querySelectorAll("button[aria-pressed]")) other.setAttribute("aria-pressed", other === button);
  trigger("select", { index: Number(button.dataset.index) });
});
// Scroll the pressed tile into view.
watch("value", () => {
  const list = element.querySelector(".tiles");
  const tile = list?.querySelector("[aria-pressed=true]")?.parentElement;
  if (tile) list.scrollTo({ left: tile.offsetLeft - (list.clientWidth - tile.clientWidth) / 2 });
});
