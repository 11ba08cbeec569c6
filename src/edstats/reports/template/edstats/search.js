const field = document.getElementById("region-search");
const items = [...document.querySelectorAll("#regions-list li")];
const none = document.getElementById("no-region");
field.parentElement.hidden = false;
field.addEventListener("input", () => {
  const words = field.value.trim().toLowerCase();
  let shown = 0;
  for (const item of items) {
    item.hidden = !item.dataset.names.includes(words);
    shown += item.hidden ? 0 : 1;
  }
  none.hidden = shown > 0;
});
