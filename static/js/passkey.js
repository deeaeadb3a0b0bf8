// A finger instead of a password (WebAuthn). Without this file its buttons stay hidden, and everything else works.
const bytes = (words) => Uint8Array.from(atob(words.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const words = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const keys = (list) => (list || []).map((key) => ({ ...key, id: bytes(key.id) }));

// What the phone answers to a challenge of the server's, as text; or an address to go to first.
async function ask({ begin, csrf, passkey }) {
  const asked = await fetch(begin, { method: "POST", headers: { "X-CSRF-Token": csrf } });
  if (asked.redirected) return { elsewhere: asked.url }; // in already, or first to prove who it is
  if (!asked.ok) throw new Error(asked.status);
  const publicKey = await asked.json();
  publicKey.challenge = bytes(publicKey.challenge);
  if (publicKey.user) publicKey.user.id = bytes(publicKey.user.id);
  publicKey.allowCredentials = keys(publicKey.allowCredentials);
  publicKey.excludeCredentials = keys(publicKey.excludeCredentials);
  const made = await navigator.credentials[passkey]({ publicKey });
  const response = { transports: made.response.getTransports?.() };
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
    if (made.response[name]) response[name] = words(made.response[name]);
  return { jawaban: JSON.stringify({ id: made.id, rawId: words(made.rawId), type: made.type, response }) };
}

// An ordinary form carries it to the server: the box itself, or one made for it.
function send(box, fields) {
  const form = box.matches("form") ? box : document.createElement("form");
  if (form !== box) {
    form.method = "post";
    form.action = box.dataset.action;
    fields.csrf = box.dataset.csrf;
    fields.next = box.dataset.next;
    fields.remember = document.querySelector("[type=checkbox][name=remember]:checked") && "y";
    form.hidden = true;
    document.body.append(form);
  }
  for (const [name, value] of Object.entries(fields)) if (value) form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  form.submit();
}

if (window.PublicKeyCredential && navigator.credentials) {
  for (const other of document.querySelectorAll("[data-no-passkey]")) other.hidden = true;
  for (const box of document.querySelectorAll("[data-passkey]")) {
    const button = box.querySelector("button"), trouble = box.querySelector("[role=alert]");
    const start = async (event) => {
      event.preventDefault();
      button.disabled = true;
      trouble.hidden = true;
      try {
        const { elsewhere, ...fields } = await ask(box.dataset);
        if (elsewhere) location.href = elsewhere; else send(box, fields);
      } catch {
        trouble.hidden = false;
        button.disabled = false;
      }
    };
    if (box.matches("form")) box.addEventListener("submit", start); else button.addEventListener("click", start);
    addEventListener("pageshow", () => { button.disabled = false; });
    box.hidden = false;
  }
}
