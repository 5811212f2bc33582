"use strict";
// Every section of class "explorer" becomes one whose controls move between recorded states.
const films = JSON.parse(document.getElementById("films").textContent);

for (const section of document.querySelectorAll(".explorer")) {
  build(section, films[Number(section.dataset.film)]);
}

function build(section, film) {
  const moving = film.controls.filter((control) => !control.shown);
  const states = film.states.map(([at, said, pictures, met, off, shown]) => ({
    at, reading: film.readings[said], pictures, met, off, shown,
  }));
  const start = nearest(states, moving.map((control) => control.start), null, moving);
  const panels = picture(section.querySelector(".frame"), film);
  const reading = section.querySelector(".reading");
  const parts = film.controls.map((control) => row_of(control));
  const inputs = parts.filter((part) => !part.control.shown);
  const goals = film.goals.map((words) => goal(words));
  const buttons = film.presets.map((preset) => button(preset.name));
  let now = start;
  let hand = false;
  let pressed = false;
  let [settle, hide] = [() => {}, () => {}];

  function show(state) {
    now = state;
    reading.textContent = state.reading;
    panels(state);
    inputs.forEach((part, which) => part.set(state.at[which]));
    parts.filter((part) => part.control.shown).forEach((part, which) => part.say(state.shown[which]));
    parts.forEach((part, which) => { if (part.input) part.input.disabled = state.off.includes(which); });
    buttons.forEach((one, which) => {
      one.setAttribute("aria-pressed", String(same(film.presets[which].at, state.at)));
    });
    if (hand) for (const which of state.met) goals[which].reach();
    if ((hand || pressed) && (!film.live || state.at[1] >= last())) settle();
  }

  inputs.forEach((part, which) => part.input.addEventListener("input", () => {
    hand = true;
    const wanted = now.at.slice();
    wanted[which] = Number(part.input.value);
    if (film.live && which === 1) wanted[1] = Math.min(wanted[1], last()); // each run has its end
    const next = nearest(states, wanted, which, moving);
    const along = next.at.some((place, other) => other !== which && place !== now.at[other]);
    show(next);
    section.classList.toggle("along", along);
  }));
  film.presets.forEach((preset, which) => buttons[which].addEventListener("click", () => {
    [hand, pressed] = [false, true]; // a goal is for a hand that moves a control
    const first = film.live ? preset.from : preset.at;
    show(states.find((state) => same(state.at, first)));
    if (film.live) play.run(preset.at[1]);
  }));
  const back = button("reset");
  back.addEventListener("click", () => {
    [hand, pressed] = [false, false];
    play?.stop();
    hide();
    show(start);
  });
  const time = inputs[film.live ? 1 : -1];
  const last = () => Math.max(...states.filter((s) => s.at[0] === now.at[0]).map((s) => s.at[1]));
  const play = time ? player(time.input, last) : null;

  section.prepend(row("presets", [...buttons, back]));
  section.append(
    row("knobs", [...parts.map((part) => part.label), ...(play ? [play.button] : [])]),
    row("goals", goals.map((one) => one.element)),
    note(film.live
      ? "Recorded runs are played here. In the notebook your hand moves the other controls while it trains."
      : "What is shown was computed. Where a mixture was not, the other controls go along to the nearest that was."),
  );
  if (film.live) inputs[0].label.hidden = true; // the buttons choose the run
  if (film.question) {
    [settle, hide] = ask([reading, section.querySelector(".goals")], film);
    hide();
  }
  show(start);
  section.dataset.ready = "yes";
}

function same(one, other) {
  return one.length === other.length && one.every((place, which) => place === other[which]);
}

/** The recorded state nearest to the wanted places; the control that moved keeps its own. */
function nearest(states, wanted, moved, controls) {
  let best = null;
  let least = Infinity;
  for (const state of states) {
    let cost = 0;
    for (let which = 0; which < wanted.length; which += 1) {
      const off = Math.abs(state.at[which] - wanted[which]);
      if (off === 0) continue;
      const weight = which === moved ? 1e6 : controls[which].choice ? 1e3 : 10;
      cost += weight + off;
    }
    if (cost < least) { best = state; least = cost; }
  }
  return best;
}

function picture(frame, film) {
  const whole = film.panels.reduce((sum, panel) => sum + panel.width, 0);
  frame.replaceChildren();
  const panels = film.panels.map(({ width, picture: still }) => {
    const box = document.createElement("div");
    const [below, above] = [document.createElement("img"), document.createElement("img")];
    box.className = "panel";
    box.style.setProperty("--share", `${(100 * width) / whole}%`);
    below.src = `data:image/webp;base64,${still}`;
    Object.assign(below, { width, height: film.height, alt: "" });
    above.className = "moved";
    above.alt = "";
    box.append(below, above);
    frame.append(box);
    return { width, above };
  });
  frame.setAttribute("role", "img");
  return (state) => {
    frame.setAttribute("aria-label", state.reading);
    panels.forEach(({ width, above }, which) => {
      const change = film.pictures[state.pictures[which]];
      above.hidden = !change;
      if (!change) return;
      const [left, top, wide, high] = change.box;
      const per = (part, of) => `${(100 * part) / of}%`;
      Object.assign(above.style, {
        left: per(left, width), top: per(top, film.height),
        width: per(wide, width), height: per(high, film.height),
      });
      above.src = `data:image/webp;base64,${change.picture}`;
    });
  };
}

function row_of(control) {
  const label = document.createElement("label");
  const name = document.createElement("span");
  const value = document.createElement("output");
  name.textContent = control.label;
  const say = (words) => { value.textContent = words; };
  if (control.shown) {
    label.append(name, value);
    label.className = "shown";
    return { control, label, say };
  }
  const input = control.choice ? choice(control) : range(control);
  label.append(name, input, ...(control.choice ? [] : [value])); // the first field gets the name
  const set = (at) => {
    input.value = at;
    if (control.choice) return;
    say(control.values[at]);
    input.setAttribute("aria-valuetext", control.values[at]);
  };
  return { control, label, input, set, say };
}

function range(control) {
  const input = document.createElement("input");
  return Object.assign(input, { type: "range", min: 0, max: control.values.length - 1, step: 1 });
}

function choice(control) {
  const input = document.createElement("select");
  control.values.forEach((words, at) => input.add(new Option(words, at)));
  return input;
}

function player(input, last) {
  const made = button("play");
  let clock = null;
  const stop = () => {
    clearInterval(clock);
    clock = null;
    made.setAttribute("aria-pressed", "false");
  };
  const go = (at) => { input.value = at; input.dispatchEvent(new Event("input")); };
  const run = (end) => {
    stop();
    made.setAttribute("aria-pressed", "true");
    clock = setInterval(() => {
      go(Number(input.value) + 1);
      if (Number(input.value) >= end) stop();
    }, 300);
  };
  input.addEventListener("input", (event) => { if (event.isTrusted) stop(); }); // a hand on time
  made.addEventListener("click", () => {
    if (clock) { stop(); return; }
    if (Number(input.value) >= last()) go(0);
    run(last());
  });
  return { button: made, run, stop };
}

function goal(words) {
  const element = document.createElement("span");
  const write = (box, state) => { element.textContent = `${box} ${words}`; element.title = state; };
  write("☐", "not yet reached");
  return { element, reach: () => write("☑", "reached") };
}

/** Asks. It returns what marks the right answer, and what hides reading and goals until a choice. */
function ask(hidden, { question, cover }) {
  const words = document.createElement("strong");
  words.textContent = question.words;
  const answers = question.answers.map((answer) => button(answer));
  const asked = row("question", [words, ...answers]);
  hidden[0].before(asked);
  answers.forEach((one) => one.addEventListener("click", () => {
    for (const other of answers) other.setAttribute("aria-pressed", String(other === one));
    for (const part of hidden) part.classList.remove("hidden");
    asked.parentElement.classList.remove("covered");
    asked.classList.add("answered");
  }));
  const mark = () => {
    const chosen = answers.some((one) => one.getAttribute("aria-pressed") === "true");
    const right = answers[question.right];
    if (chosen && right) right.textContent = `✓ ${question.answers[question.right]}`;
  };
  const hide = () => {
    answers.forEach((one, which) => {
      one.setAttribute("aria-pressed", "false");
      one.textContent = question.answers[which];
    });
    for (const part of hidden) part.classList.add("hidden");
    asked.parentElement.classList.toggle("covered", cover);
    asked.classList.remove("answered");
  };
  return [mark, hide];
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
  made.className = "note";
  made.textContent = words;
  return made;
}
