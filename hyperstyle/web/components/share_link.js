const field = () => element.querySelector("input");
const absolute = () => {
  if (field()) field().value = new URL(field().dataset.query, location.href.split("?")[0]).href;
};
absolute(); // the component may be created with a value
watch("value", absolute);
element.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  field().select();
  // Without https there is no clipboard; the selected link can still be copied by hand.
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(field().value);
    button.textContent = "Copied";
  }
});
