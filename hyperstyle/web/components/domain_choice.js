element.addEventListener("change", (event) => {
  if (event.target.matches("input[type=radio]")) trigger("select", { name: event.target.value });
});
// A tap on a grey domain opens the reasons, since touch screens show no tooltips.
element.addEventListener("click", (event) => {
  if (event.target.closest("label.off")) element.querySelector("details").open = true;
});
