// Lengths are shares of the picture's width. What is painted here is sent as a whole after every stroke.
const COLOURS = { stay: "#2563eb", change: "#f59e0b" };
const FINE = 0.004;
let wish = "stay", size = 0.08, strokes = [], stroke = null;

const draw = () => {
  const canvas = element.querySelector("canvas"), image = element.querySelector("img");
  if (!canvas || !image.naturalWidth) return;
  canvas.width = 640;
  canvas.height = Math.round((640 * image.naturalHeight) / image.naturalWidth);
  const context = canvas.getContext("2d");
  context.lineCap = context.lineJoin = "round";
  for (const { wish, width, points } of stroke ? [...strokes, stroke] : strokes) {
    context.strokeStyle = COLOURS[wish];
    context.lineWidth = width * canvas.width;
    context.beginPath();
    points.forEach(([x, y]) => context.lineTo(x * canvas.width, y * canvas.width));
    const [x, y] = points[0];
    if (points.length === 1) context.lineTo(x * canvas.width, y * canvas.width + 0.01);
    context.stroke();
  }
  for (const button of element.querySelectorAll("button[data-do]")) button.disabled = strokes.length === 0;
};
const show = () => {
  for (const button of element.querySelectorAll("button[data-wish]")) button.setAttribute("aria-pressed", button.dataset.wish === wish);
  const slider = element.querySelector("input");
  if (slider) slider.value = 100 * size;
  const image = element.querySelector("img");
  if (image && !image.complete) image.addEventListener("load", draw, { once: true });
  draw();
};
const take = () => {
  strokes = [...(props.value?.strokes ?? [])];
  stroke = null;
  show();
};
const send = () => {
  draw();
  trigger("apply", { strokes });
};
take();
watch("value", take);

element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.wish) {
    wish = button.dataset.wish;
    show();
    return;
  }
  strokes = button.dataset.do === "undo" ? strokes.slice(0, -1) : [];
  send();
});
element.addEventListener("input", (event) => {
  if (event.target.matches("input")) size = event.target.value / 100;
});

const at = (event) => {
  const frame = element.querySelector("canvas").getBoundingClientRect();
  return [(event.clientX - frame.left) / frame.width, (event.clientY - frame.top) / frame.width];
};
element.addEventListener("pointerdown", (event) => {
  if (!event.target.matches("canvas") || !event.isPrimary || event.button) return;
  event.preventDefault();
  event.target.setPointerCapture(event.pointerId);
  stroke = { wish, width: size, points: [at(event)] };
  draw();
});
element.addEventListener("pointermove", (event) => {
  if (!stroke || !event.isPrimary) return;
  const [lastX, lastY] = stroke.points.at(-1), [x, y] = at(event);
  if (Math.hypot(x - lastX, y - lastY) < FINE) return;
  stroke.points.push([x, y]);
  draw();
});
for (const end of ["pointerup", "pointercancel"]) {
  element.addEventListener(end, (event) => {
    if (!stroke || !event.isPrimary) return;
    strokes = [...strokes, stroke];
    stroke = null;
    send();
  });
}
