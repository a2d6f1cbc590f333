element.addEventListener("change", (event) => {
  if (event.target.matches("input[type=radio]")) trigger("select", { name: event.target.value });
});
// Whoever taps a grey one is told the reason: a phone shows no title of what a finger rests on.
element.addEventListener("click", (event) => {
  if (event.target.closest("label.off")) element.querySelector("details").open = true;
});
