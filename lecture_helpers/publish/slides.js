"use strict";
// Sliders take the arrow keys while they have the focus; a clicker's page keys leave them.
Reveal.initialize({
  width: 1280, height: 720, margin: 0.02, center: false, hash: true, slideNumber: "c/t",
  controls: false,
  transition: "none", plugins: [RevealNotes],
  keyboardCondition: (event) => {
    const presses = [" ", "Enter"].includes(event.key) ? ", button, summary" : "";
    return !document.activeElement?.closest(`select${presses}`);
  },
});
document.addEventListener("keydown", (event) => {
  const field = document.activeElement?.closest(".explorer input, .explorer select");
  if (!field || !["PageDown", "PageUp", "Escape"].includes(event.key)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  field.blur();
  if (event.key === "PageDown") Reveal.next();
  if (event.key === "PageUp") Reveal.prev();
}, true);
