element.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-index]");
  if (button) trigger("select", { index: Number(button.dataset.index) });
});
// A box is drawn with mouse or pen; on a touch screen a drag scrolls the page, and a tap centres a box on it.
let start = null;
const at = (event) => {
  const frame = element.querySelector(".photo").getBoundingClientRect();
  const share = (value) => Math.min(Math.max(value, 0), 1);
  return [share((event.clientX - frame.left) / frame.width), share((event.clientY - frame.top) / frame.height), frame.width / frame.height];
};
element.addEventListener("pointerdown", (event) => {
  start = event.target.closest(".photo") && !event.target.closest("button") ? at(event) : null;
});
element.addEventListener("pointerup", (event) => {
  if (!start) return;
  const [x, y, ratio] = at(event);
  let [left, right] = [start[0], x].sort((a, b) => a - b);
  let [top, bottom] = [start[1], y].sort((a, b) => a - b);
  if (right - left < 0.02 || bottom - top < 0.02) {
    const half = 0.2;
    [left, right, top, bottom] = [x - half, x + half, y - half * ratio, y + half * ratio].map((v) => Math.min(Math.max(v, 0), 1));
  }
  start = null;
  trigger("apply", { box: [left, top, right, bottom] });
});
