// "Nyalakan di HP ini": this browser asks its push service for an address and tells it to the site. Loaded on /kabar/pengaturan only.
const box = document.querySelector("[data-push]");
const say = (words) => { box.querySelector("[role=status]").textContent = words; };
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));

if (box && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window) {
  const button = box.querySelector("button");
  button.parentElement.hidden = false;
  box.querySelector("[data-push-none]").hidden = true;
  button.onclick = async () => {
    button.disabled = true;
    try {
      if (await Notification.requestPermission() !== "granted") return say(box.dataset.denied);
      await navigator.serviceWorker.register("/sw.js");
      const worker = await navigator.serviceWorker.ready;
      const options = { userVisibleOnly: true, applicationServerKey: bytes(box.dataset.push) };
      // An address made for an older key of ours is worth nothing.
      await (await worker.pushManager.getSubscription())?.unsubscribe();
      const told = (await worker.pushManager.subscribe(options)).toJSON();
      const form = new FormData();
      for (const [name, value] of Object.entries({ csrf: box.dataset.csrf, endpoint: told.endpoint, ...told.keys })) form.append(name, value);
      const answer = await fetch(box.dataset.to, { method: "POST", body: form });
      if (!answer.ok) throw answer;
      location.reload();
    } catch {
      say(box.dataset.failed);
    } finally {
      button.disabled = false;
    }
  };
}
