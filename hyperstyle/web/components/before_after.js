// The slider's position is kept on the element, so that it survives a change of the pictures.
const place = (value) => element.style.setProperty("--position", `${value}%`);
element.addEventListener("input", (event) => {
  if (event.target.matches("input[type=range]")) place(event.target.value);
});
element.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() === "b" && event.target.matches("input")) place(100);
});
element.addEventListener("keyup", (event) => {
  if (event.key.toLowerCase() === "b" && event.target.matches("input")) place(event.target.value);
});
// On a phone the picture is above the button that starts it: scroll to the first one.
let there = false;
watch("value", () => {
  const fresh = !there;
  const after = element.querySelector(".after");
  there = after !== null;
  if (there && after.getAttribute("src") !== props.value.after) after.src = props.value.after; // it is a preview still
  if (fresh && there && element.getBoundingClientRect().top < 0) element.scrollIntoView({ block: "start" });
});
