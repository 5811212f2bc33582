"use strict";
const films = JSON.parse(document.getElementById("films").textContent);

for (const section of document.querySelectorAll(".explorer")) {
  build(section, films[Number(section.dataset.film)]);
}

function build(section, film) {
  const still = section.querySelector(".start");
  const reading = section.querySelector(".reading");
  const [width, height] = film.size;
  const stage = document.createElement("div");
  const moved = document.createElement("img");
  moved.className = "moved";
  moved.alt = "";
  moved.hidden = true;
  still.replaceWith(stage);
  stage.append(still, moved);

  function show(frame) {
    reading.textContent = frame.reading;
    still.alt = frame.reading;
    moved.hidden = !frame.box;
    if (!frame.box) return;
    const [left, top, wide, high] = frame.box;
    Object.assign(moved.style, {
      left: `${(100 * left) / width}%`, top: `${(100 * top) / height}%`,
      width: `${(100 * wide) / width}%`, height: `${(100 * high) / height}%`,
    });
    moved.src = `data:image/webp;base64,${frame.picture}`;
  }

  const parts = film.controls.map((control) => ({ control, ...(control.choice ? choice(control) : range(control)) }));
  const buttons = film.presets.map((preset) => button(preset.name));

  const time = film.time === null ? null : parts[film.time];
  let recorded = null;

  function rest(except) {
    for (const part of parts) if (part !== except) part.set(part.control.start);
    for (const one of buttons) one.setAttribute("aria-pressed", "false");
    recorded = null;
  }

  function place(frame) {
    frame.at.forEach((at, which) => parts[which].set(at));
    show(frame);
  }

  parts.forEach((part) => part.input.addEventListener("input", () => {
    const at = Number(part.input.value);
    if (part === time && recorded) {
      place(recorded[Math.min(at, recorded.length - 1)]);
      return;
    }
    rest(part);
    part.set(at);
    show(part.control.frames[at]);
  }));
  film.presets.forEach((preset, at) => buttons[at].addEventListener("click", () => {
    rest(null);
    recorded = preset.run ?? null;
    buttons[at].setAttribute("aria-pressed", "true");
    place(preset);
  }));
  const back = button("start");
  back.addEventListener("click", () => { rest(null); show({ reading: film.reading }); });
  const presets = row("presets", [...buttons, back]);
  const play = time ? [player(time.input, () => recorded?.length ?? time.control.frames.length)] : [];
  const controls = row("controls", [...parts.map((part) => part.label), ...play]);
  section.prepend(presets);
  section.append(controls, note(time
    ? "What was recorded is played; in the live notebook your hand moves the other controls while it runs."
    : "Each control moves the picture from its start; the live notebook mixes them."));
  if (film.question) ask(section, reading, film.question);
}

function player(input, count) {
  const made = button("play");
  let clock = null;
  const pause = () => { clearInterval(clock); clock = null; made.setAttribute("aria-pressed", "false"); };
  const go = (at) => { input.value = at; input.dispatchEvent(new Event("input")); };
  made.addEventListener("click", () => {
    if (clock) { pause(); return; }
    if (Number(input.value) >= count() - 1) go(0);
    made.setAttribute("aria-pressed", "true");
    clock = setInterval(() => {
      if (Number(input.value) >= count() - 1) pause(); else go(Number(input.value) + 1);
    }, 300);
  });
  return made;
}

function ask(section, reading, question) {
  const words = document.createElement("strong");
  words.textContent = question.words;
  const answers = question.answers.map(button);
  const asked = row("question", [words, ...answers]);
  reading.classList.add("hidden");
  reading.before(asked);
  answers.forEach((one) => one.addEventListener("click", () => {
    for (const other of answers) other.setAttribute("aria-pressed", String(other === one));
    reading.classList.remove("hidden");
  }));
}

function range(control) {
  const input = document.createElement("input");
  Object.assign(input, { type: "range", min: 0, max: control.frames.length - 1, step: 1, value: control.start });
  return labelled(control, input);
}

function choice(control) {
  const input = document.createElement("select");
  control.frames.forEach((frame, at) => input.add(new Option(frame.value, at)));
  input.value = control.start;
  return labelled(control, input);
}

function labelled(control, input) {
  const label = document.createElement("label");
  const name = document.createElement("span");
  const value = document.createElement("output");
  name.textContent = control.label;
  label.append(name, input, value);
  input.disabled = control.idle;
  const set = (at) => {
    input.value = at;
    const words = control.frames[at].value;
    if (!control.choice) value.textContent = words;
    input.setAttribute("aria-valuetext", words);
  };
  set(control.start);
  return { input, label, set };
}

function button(words) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = words;
  made.setAttribute("aria-pressed", "false");
  return made;
}

function row(name, parts) {
  const made = document.createElement("div");
  made.className = name;
  made.append(...parts);
  return made;
}

function note(words) {
  const made = document.createElement("p");
  made.textContent = words;
  return made;
}
