const field = () => element.querySelector("input");
const absolute = () => {
  if (field()) field().value = new URL(field().dataset.query, location.href.split("?")[0]).href;
};
absolute(); // it may come into being with its value
watch("value", absolute);
element.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  field().select();
  // Browsers lend the clipboard to pages over https alone; selected, the link can be copied by hand.
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(field().value);
    button.textContent = "Copied";
  }
});
