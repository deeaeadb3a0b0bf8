// The service worker of the site: one, at /sw.js. It shows what a push says, and leads to the inbox.

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

// A push holds neutral words only: nobody who sees the lock screen learns what it is about.
addEventListener("push", (event) => {
  let told = {};
  try { told = event.data.json(); } catch {}
  event.waitUntil(registration.showNotification(told.body || "Ada kabar untuk Anda.", { tag: "kabar", renotify: true, icon: "/favicon.ico" }));
});

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil((async () => {
    for (const page of await clients.matchAll({ type: "window" })) {
      try { await page.navigate("/kabar"); return await page.focus(); } catch {}
    }
    await clients.openWindow("/kabar");
  })());
});
