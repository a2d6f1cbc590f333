() => {
  // Keys that type text stay with the field; a press counts as a click on the button of the visible tab.
  const press = (place) => [...document.querySelectorAll(place)].find((button) => button.offsetParent)?.click();
  document.addEventListener("keydown", (event) => {
    if (event.target.matches("textarea, input:not([type=range], [type=checkbox], [type=radio])")) return;
    const undo = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z";
    if (event.key === "?") press("#shortcuts button");
    if (!undo) return;
    event.preventDefault();
    press(event.shiftKey ? "#redo" : "#undo");
  });
}
