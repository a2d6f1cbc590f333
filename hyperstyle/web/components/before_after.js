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
// A film shows its pictures once, the last of which stays. Whoever wants less motion sees that one all the time.
const SCENE = 650;
let film = 0;
const play = (scenes) => {
  const number = ++film;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const show = (place) => {
    const after = element.querySelector(".after");
    if (number !== film || !after) return;
    const scene = scenes[still ? scenes.length - 1 : place];
    after.src = scene.picture;
    element.querySelector(".name.right").textContent = scene.title;
    if (place + 1 < scenes.length) setTimeout(show, SCENE, place + 1);
    else trigger("end");
  };
  show(0);
};
const start = () => {
  const scenes = props.value?.film;
  if (scenes?.length) play(scenes);
  else film++;
};
watch("value", start);
start();
// On a phone the picture is above the button that starts it: scroll to the first one.
let there = false;
watch("value", () => {
  const fresh = !there;
  const after = element.querySelector(".after");
  there = after !== null;
  if (there && after.getAttribute("src") !== props.value.after) after.src = props.value.after; // it is a preview still
  if (fresh && there && element.getBoundingClientRect().top < 0) element.scrollIntoView({ block: "start" });
});
