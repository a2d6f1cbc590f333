// The position lies on the element itself, so that it stays when the pictures change.
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
// On a phone the picture stands above the button that asks for it: when it first comes, it is brought into sight.
let there = false;
watch("value", () => {
  const fresh = !there;
  there = element.querySelector(".after") !== null;
  if (fresh && there && element.getBoundingClientRect().top < 0) element.scrollIntoView({ block: "start" });
});
