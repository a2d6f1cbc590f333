// It stands among the sliders, asks for pictures at their values, and shows these in the comparison beside them. They
// travel past Gradio's events, which would take as long again.
const sliders = element.closest(".sliders");
const values = (moved) => Object.fromEntries(
  [...sliders.querySelectorAll(".block:has(> * input[type=range])")].map((slider) => {
    const input = slider.contains(moved) ? moved : slider.querySelector("input[type=range]");
    return [slider.id, Number(input.value)];
  }),
);
let wanted = null;
let asking = false;
const ask = async () => {
  asking = true;
  while (wanted) {
    const asked = { visitor: props.value, values: wanted };
    wanted = null; // what comes while this is answered is asked for next
    const picture = await server.preview(asked).catch(() => null); // the full picture's event says what went wrong
    const after = sliders.closest(".bench").querySelector(".comparison .after");
    if (picture && after) after.src = picture;
  }
  asking = false;
};
let moved = false;
sliders.addEventListener("input", (event) => {
  moved = true;
  if (props.value) wanted = values(event.target);
  if (!asking) ask();
});
const let_go = () => {
  if (moved) trigger("settle");
  moved = false;
};
for (const name of ["pointerup", "pointercancel", "keyup"]) window.addEventListener(name, let_go);
// A slider's button that moves it back to its first value.
sliders.addEventListener("click", (event) => { if (event.target.closest("button")) trigger("settle"); });
