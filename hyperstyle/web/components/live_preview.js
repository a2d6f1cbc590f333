// It stands among the sliders, and shows its pictures in the comparison beside them.
const sliders = element.closest(".sliders");
watch("value", () => {
  const after = sliders.closest(".bench").querySelector(".comparison .after");
  if (after && props.value) after.src = props.value.picture;
});
let moved = false;
sliders.addEventListener("input", () => { moved = true; });
const let_go = () => {
  if (moved) trigger("settle");
  moved = false;
};
for (const name of ["pointerup", "pointercancel", "keyup"]) window.addEventListener(name, let_go);
// A slider's button that moves it back to its first value.
sliders.addEventListener("click", (event) => { if (event.target.closest("button")) trigger("settle"); });
