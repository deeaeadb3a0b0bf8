// A finger instead of a password (WebAuthn). Without this file its buttons stay hidden, and everything else works.
const bytes = (words) => Uint8Array.from(atob(words.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const words = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const keys = (list) => (list || []).map((key) => ({ ...key, id: bytes(key.id) }));

async function ask(form) {
  const answer = await fetch(form.dataset.begin, { method: "POST", headers: { "X-CSRF-Token": form.elements.csrf.value } });
  if (answer.redirected) return answer.url; // in already, or first to prove who it is
  if (!answer.ok) throw new Error(answer.status);
  const publicKey = await answer.json();
  publicKey.challenge = bytes(publicKey.challenge);
  if (publicKey.user) publicKey.user.id = bytes(publicKey.user.id);
  publicKey.allowCredentials = keys(publicKey.allowCredentials);
  publicKey.excludeCredentials = keys(publicKey.excludeCredentials);
  const made = await navigator.credentials[form.dataset.passkey]({ publicKey });
  const response = { transports: made.response.getTransports?.() };
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
    if (made.response[name]) response[name] = words(made.response[name]);
  form.elements.jawaban.value = JSON.stringify({ id: made.id, rawId: words(made.rawId), type: made.type, response });
  return "";
}

if (window.PublicKeyCredential && navigator.credentials) {
  for (const other of document.querySelectorAll("[data-no-passkey]")) other.hidden = true;
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const button = form.querySelector("button"), trouble = form.querySelector("[role=alert]");
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      button.disabled = true;
      trouble.hidden = true;
      try {
        const elsewhere = await ask(form);
        if (elsewhere) { location.href = elsewhere; return; }
        if (form.elements.remember) form.elements.remember.value = document.querySelector("[type=checkbox][name=remember]")?.checked ? "y" : "";
        form.submit();
      } catch {
        trouble.hidden = false;
        button.disabled = false;
      }
    });
    addEventListener("pageshow", () => { button.disabled = false; });
  }
}
