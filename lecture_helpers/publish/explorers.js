"use strict";
// Every section of class "explorer" becomes one whose controls move between recorded states.
const narrow = matchMedia("(max-width: 700px)");
const WIDE = 800; // pixels of a picture that could not be cut into panels
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
  const frame = section.querySelector(".frame");
  const panels = picture(frame, film);
  const reading = section.querySelector(".reading");
  const parts = film.controls.map((control) => row_of(control));
  const inputs = parts.filter((part) => !part.control.shown);
  const goals = film.goals.map((words) => goal(words));
  const buttons = film.presets.map((preset) => button(preset.name));
  const asked = film.question ? ask(film.question, tell) : null;
  const main = inputs[film.plays ?? 0]; // it stays in sight where the picture is tall
  let now = start;
  let wanted = start.at.slice(); // what was asked for, also where it was not computed
  let hand = false;
  let pressed = false;

  function show(state) {
    now = state;
    reading.textContent = state.reading;
    panels(state);
    name();
    inputs.forEach((part, which) => part.set(state.at[which]));
    parts.filter((part) => part.control.shown).forEach((part, which) => part.say(state.shown[which]));
    parts.forEach((part, which) => { if (part.input) part.input.disabled = state.off.includes(which); });
    buttons.forEach((one, which) => {
      one.setAttribute("aria-pressed", String(same(film.presets[which].at, state.at)));
    });
    if (hand) for (const which of state.met) goals[which].reach();
    if ((hand || pressed) && (!film.live || state.at[1] >= last())) asked?.mark();
  }

  /** Show or hide what answers the question. */
  function tell() {
    const told = !asked || asked.chosen();
    for (const part of [reading, section.querySelector(".goals")]) {
      part.classList.toggle("hidden", !told);
    }
    section.classList.toggle("covered", film.cover && !told);
    name();
  }

  /** What the picture is called: what it shows, unless that answers an open question. */
  function name() {
    const told = !asked || asked.chosen();
    frame.setAttribute("aria-label", told ? now.reading : film.title);
  }

  inputs.forEach((part, which) => part.input.addEventListener("input", () => {
    hand = true;
    const place = Number(part.input.value);
    if (film.live && which === 1) {
      show(moment(place));
      wanted = now.at.slice();
      return;
    }
    wanted[which] = place;
    const next = nearest(states, wanted, which, moving);
    show(next);
    section.classList.toggle("along", !same(wanted, next.at));
    if (film.live) wanted = now.at.slice();
  }));
  film.presets.forEach((preset, which) => buttons[which].addEventListener("click", () => {
    [hand, pressed] = [false, true]; // a goal is for a hand that moves a control
    const first = film.live ? preset.from : preset.at;
    show(states.find((state) => same(state.at, first)));
    wanted = now.at.slice();
    section.classList.remove("along");
    play?.stop();
    if (film.live) play.run(preset.at[1]);
  }));
  const back = button("reset");
  back.addEventListener("click", () => {
    [hand, pressed] = [false, false];
    play?.stop();
    asked?.open();
    wanted = start.at.slice();
    section.classList.remove("along");
    show(start);
  });

  /** The moments of the run that is shown, in order. */
  const run = () => states
    .filter((one) => one.at.every((place, which) => which === 1 || place === now.at[which]))
    .sort((one, other) => one.at[1] - other.at[1]);
  const last = () => run().at(-1).at[1];
  /** The moment of the run at a place of the time, or the next one in the direction of the move. */
  const moment = (place) => {
    const [ahead, known] = [place > now.at[1], run()];
    return (ahead ? known.find((one) => one.at[1] >= place) : known.findLast((one) => one.at[1] <= place))
      ?? known.at(ahead ? -1 : 0);
  };
  const end = () => (film.live ? last() : main.control.values.length - 1);
  const play = film.plays === null ? null : player(main.input, end);

  const clock = row("clock", []);
  const knobs = row("knobs", []);
  const place = () => { // on a phone's page the main control stands under the picture
    const tools = play ? [play.button] : [];
    const apart = narrow.matches && !section.closest(".reveal");
    clock.replaceChildren(...(apart ? [main.label, ...tools] : []));
    const others = parts.filter((part) => !apart || part !== main);
    knobs.replaceChildren(...others.map((part) => part.label), ...(apart ? [] : tools));
  };
  narrow.addEventListener("change", place);
  place();
  frame.after(clock);
  section.prepend(...(asked ? [asked.element] : []), row("presets", [...buttons, back]));
  section.append(
    knobs,
    row("goals", goals.map((one) => one.element)),
    note(film.live
      ? "Recorded runs are played here. In the notebook your hand moves the other controls while it trains."
      : "What is shown was computed. Where a mixture was not, the other controls go along to the nearest that was."),
  );
  if (film.live) inputs[0].label.hidden = true; // the buttons choose the run
  show(start);
  tell();
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
  const sides = [[], [""], ["left", "right"], ["left", "middle", "right"]][film.panels.length] ?? [];
  const panels = film.panels.map(({ width, picture: still }, which) => {
    const box = document.createElement("div");
    const side = document.createElement("p");
    side.className = "side";
    side.textContent = sides[which] ?? "";
    const [below, above] = [document.createElement("img"), document.createElement("img")];
    box.className = "panel";
    box.style.setProperty("--share", `${(100 * width) / whole}%`);
    below.src = `data:image/webp;base64,${still}`;
    Object.assign(below, { width, height: film.height, alt: "" });
    above.className = "moved";
    above.alt = "";
    box.append(below, above);
    frame.append(side, box);
    return { width, above };
  });
  const uncut = panels.length === 1 && whole > WIDE;
  frame.classList.toggle("uncut", uncut); // a phone shows it larger, in a box that scrolls
  if (uncut && narrow.matches) frame.tabIndex = 0;
  frame.setAttribute("role", "img");
  return (state) => {
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

/** A question with its answers; `changed` hears of every choice. */
function ask(question, changed) {
  const words = document.createElement("strong");
  words.textContent = question.words;
  const answers = question.answers.map((answer) => button(answer));
  const chosen = () => answers.some((one) => one.getAttribute("aria-pressed") === "true");
  answers.forEach((one) => one.addEventListener("click", () => {
    for (const other of answers) other.setAttribute("aria-pressed", String(other === one));
    changed();
  }));
  const mark = () => {
    const right = answers[question.right];
    if (chosen() && right) right.textContent = `✓ ${question.answers[question.right]}`;
  };
  const open = () => {
    answers.forEach((one, which) => {
      one.setAttribute("aria-pressed", "false");
      one.textContent = question.answers[which];
    });
    changed();
  };
  return { element: row("question", [words, ...answers]), chosen, mark, open };
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
