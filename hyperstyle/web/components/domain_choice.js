element.addEventListener("change", (event) => {
  if (event.target.matches("input[type=radio]")) trigger("select", { name: event.target.value });
});
