// Small comforts on top of pages that work without any of this.

// A form is sent once: the pressed button sleeps until the answer comes. The server is safe without it, the finger is calmer with it.
addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = 1;
  if (/\/keluar$/.test(form.action)) forget();
  // Later, so that the pressed button's name and value are still sent.
  setTimeout(() => sleep(form, true));
  setTimeout(() => sleep(form, false), 8000);
});
addEventListener("pageshow", (event) => { if (event.persisted) for (const form of document.forms) sleep(form, false); });
function sleep(form, on) {
  for (const button of form.querySelectorAll("button:not([type=button])")) button.disabled = on;
  if (!on) delete form.dataset.sent;
}

// Show or hide a password.
for (const input of document.querySelectorAll("input[data-show]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn--quiet btn--small peek";
  button.setAttribute("aria-controls", input.id);
  const word = () => { button.textContent = input.type === "password" ? input.dataset.show : input.dataset.hide; };
  button.onclick = () => { input.type = input.type === "password" ? "text" : "password"; word(); };
  input.form?.addEventListener("submit", () => { input.type = "password"; });
  word();
  const box = document.createElement("span");
  box.className = "peekbox";
  input.replaceWith(box);
  box.append(input, button);
}

// Quick exit: this page leaves the history, and the screen is empty at once.
for (const link of document.querySelectorAll("a[data-exit]")) link.onclick = (event) => {
  event.preventDefault();
  document.body.hidden = true;
  document.title = " ";
  location.replace(link.href);
};

// Long texts stay on this phone until they have been sent. Never on calm pages.
const shelf = "katong.";
function forget() {
  try { for (const key of Object.keys(localStorage)) if (key.startsWith(shelf)) localStorage.removeItem(key); } catch {}
}
try {
  const sent = sessionStorage.getItem(shelf);
  const arrival = performance.getEntriesByType("navigation")[0];
  // A post that succeeded ends in a redirect; a refused one or a lost connection does not.
  if (sent && arrival?.redirectCount && !document.querySelector(".said .is-bad") && location.pathname !== "/masuk") for (const key of sent.split("\n")) localStorage.removeItem(key);
  sessionStorage.removeItem(shelf);
  for (const area of document.querySelectorAll("form[method=post] textarea")) {
    if (area.closest("[data-nodraft]")) continue;
    const form = area.form;
    const key = shelf + (document.body.dataset.me || "") + new URL(form.action).pathname + "#" + area.name;
    const [when, text] = JSON.parse(localStorage.getItem(key) || "[0]");
    if (text && !area.value && Date.now() - when < 6048e5) area.value = text;
    area.addEventListener("input", () => {
      if (area.value) localStorage.setItem(key, JSON.stringify([Date.now(), area.value])); else localStorage.removeItem(key);
    });
    form.addEventListener("submit", () => sessionStorage.setItem(shelf, (sessionStorage.getItem(shelf) || "") + key + "\n"));
  }
} catch {}
