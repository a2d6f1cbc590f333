// It stands among the sliders, asks for pictures at their values, and shows these in the comparison beside them. They
// travel past Gradio's events, which take a tenth of a second more.
const sliders = element.closest(".sliders");
const values = (moved) => Object.fromEntries(
  [...sliders.querySelectorAll(".block:has(> * input[type=range])")].map((slider) => {
    const input = slider.contains(moved) ? moved : slider.querySelector("input[type=range]");
    return [slider.id, Number(input.value)];
  }),
);
const show = (picture) => {
  const after = sliders.closest(".bench").querySelector(".comparison .after");
  if (picture && after) after.src = picture;
};
const ask = (draw, asked) => draw({ visitor: props.value, values: asked }).catch(() => null); // `settle` says what failed
let latest = null; // the values after the last move; every move makes new ones
let wanted = null; // those that a preview is still wanted of
let settled = null; // those that a full picture was asked for last
let held = false; // a slider is being moved
let moved = null; // the slider that was moved last, with its value
let actions = 0; // the number of times a visitor pressed anything
let asking = false;
let settling = false;
const preview = async () => {
  if (asking) return;
  asking = true;
  while (wanted && props.value) {
    const asked = wanted;
    wanted = null; // what comes while this is answered is asked for next
    show(await ask(server.preview, asked));
  }
  asking = false;
};
watch("value", preview);
sliders.addEventListener("input", (event) => {
  held = true;
  wanted = latest = values(event.target);
  moved = event.target.type === "range" ? { input: event.target, value: event.target.value } : null;
  preview();
});
// An answer that was on its way when a slider was moved, such as that of opening the tab, may have put it back.
const move_again = () => {
  if (!moved || moved.input.value === moved.value) return;
  moved.input.value = moved.value;
  moved.input.dispatchEvent(new Event("input", { bubbles: true }));
  settled = latest;
};
const settle = async () => {
  if (settling) return;
  settling = true;
  while (!held && latest !== settled) { // where a key is pressed often, what comes while this is answered is asked for next
    settled = latest;
    wanted = null;
    const action = actions;
    const picture = props.value && await ask(server.full, settled);
    if (latest !== settled) continue; // it was taken again
    if (action === actions) move_again();
    show(picture);
    trigger("settle");
  }
  settling = false;
};
const let_go = () => {
  held = false;
  settle();
};
for (const name of ["pointerdown", "keydown"]) window.addEventListener(name, () => actions++, true);
for (const name of ["pointerup", "pointercancel", "keyup"]) window.addEventListener(name, let_go);
// A slider's button that moves it back to its first value.
sliders.addEventListener("click", (event) => { if (event.target.closest("button")) trigger("settle"); });
