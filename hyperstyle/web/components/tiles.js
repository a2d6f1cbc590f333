// One listener for all tiles, those that come later too.
element.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-index]");
  if (button) trigger("select", { index: Number(button.dataset.index) });
});
// New steps appear at the right end; keep the newest in sight while they come.
let count = 0;
watch("value", () => {
  const list = element.querySelector(".tiles");
  const now = list ? list.children.length : 0;
  if (list && now > count && count > 0) list.scrollTo({ left: list.scrollWidth });
  count = now;
});
