// Clocks that run and an inbox that notices new alerts. Every page works without this file.
"use strict";

const body = document.body;
const ahead = Date.parse(body.dataset.now) - Date.now();

function remaining(due) {
  const seconds = (due - Date.now() - ahead) / 1000;
  const minutes = Math.floor(Math.abs(seconds) / 60);
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor(minutes / 60) % 24;
  const parts = [];
  if (days) parts.push(`${days} 天`);
  if (hours) parts.push(`${hours} 小时`);
  if (!days) parts.push(`${minutes % 60} 分`);
  return (seconds >= 0 ? "剩 " : "超时 ") + parts.join(" ");
}

function tick() {
  for (const clock of document.querySelectorAll("[data-due]")) {
    const due = Date.parse(clock.dataset.due);
    clock.textContent = remaining(due);
    if (due < Date.now() + ahead) clock.classList.add("over");
  }
}

let seen = null;

async function pulse() {
  let answer;
  try {
    const response = await fetch(body.dataset.pulse, { headers: { Accept: "application/json" } });
    if (!response.ok || response.redirected) return;
    answer = await response.json();
  } catch {
    return;
  }
  const count = document.querySelector("[data-count]");
  count.textContent = answer.waiting;
  count.hidden = answer.waiting === 0;
  const title = document.title.replace(/^\(\d+\) /, "");
  document.title = answer.waiting ? `(${answer.waiting}) ${title}` : title;
  const state = `${answer.waiting} ${answer.newest}`;
  const changed = seen === null ? String(answer.waiting) !== body.dataset.waiting : seen !== state;
  seen = state;
  const busy = document.activeElement && document.activeElement.matches("input, select, textarea");
  if (changed && "live" in body.dataset && !busy) location.reload();
}

for (const form of document.querySelectorAll("form[method=post]")) {
  // A download leaves the page where it is.
  if ("download" in form.dataset) continue;
  form.addEventListener("submit", () => {
    for (const button of form.querySelectorAll("button")) button.disabled = true;
  });
}

// Back from another page: what was disabled for sending may be used again.
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form[method=post] button")) button.disabled = false;
});

// The review queue by keys. The buttons say which key they have; without keys they are pressed.
const doubtful = [...document.querySelectorAll("[data-verdict]")];
let at = 0;

function look(to) {
  if (!doubtful[to]) return;
  doubtful[at].classList.remove("current");
  at = to;
  doubtful[at].classList.add("current");
  doubtful[at].scrollIntoView({ block: "nearest" });
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.matches("input:not([type=checkbox]), select, textarea")) return;
  const key = event.key.toLowerCase();
  if (key === "j") look(at + 1);
  else if (key === "k") look(at - 1);
  else if (key === "e") {
    const labels = doubtful[at].querySelector("details");
    labels.open = !labels.open;
    if (labels.open) labels.querySelector("input:not([type=hidden])").focus();
  } else {
    const wanted = doubtful[at].querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!wanted) return;
    wanted.click();
  }
  event.preventDefault();
}

if (doubtful.length) {
  const wrong = doubtful.findIndex((item) => item.querySelector(".wrong"));
  const marked = doubtful.findIndex((item) => `#${item.id}` === location.hash);
  look(Math.max(wrong, marked, 0));
  document.addEventListener("keydown", pressed);
}

tick();
setInterval(tick, 15000);
if (body.dataset.pulse) setInterval(pulse, 20000);
