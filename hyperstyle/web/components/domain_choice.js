element.addEventListener("change", (event) => {
  if (event.target.matches("input[type=radio]")) trigger("select", { name: event.target.value });
});
// The attribute `checked` says nothing any more once a visitor, or another radio button, has changed the state.
watch("value", () => {
  for (const { name, on } of props.value.offers) {
    const radio = element.querySelector(`input[value="${name}"]`);
    if (radio) radio.checked = on;
  }
});
