// A photo is made small on the phone before it is sent: 12 megapixels over a weak signal is a lost sale. Its place is lost on the way, too.
const LONGEST = 1600;
for (const input of document.querySelectorAll("input[type=file][data-shrink]")) {
  const canvas = document.createElement("canvas");
  const words = document.createElement("p");
  words.className = "hint";
  words.setAttribute("role", "status");
  canvas.className = "preview";
  canvas.hidden = true;
  input.after(canvas, words);
  input.addEventListener("change", async () => {
    const file = input.files[0];
    canvas.hidden = true;
    words.textContent = "";
    if (!file || !window.createImageBitmap || input.dataset.busy) return;
    try {
      input.dataset.busy = 1;
      const picture = await createImageBitmap(file);
      const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
      canvas.width = Math.max(1, Math.round(picture.width * scale));
      canvas.height = Math.max(1, Math.round(picture.height * scale));
      const pen = canvas.getContext("2d");
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
      picture.close();
      const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.82));
      if (input.files[0] !== file) return;
      if (small && (small.size < file.size || scale < 1)) {
        const box = new DataTransfer();
        box.items.add(new File([small], "foto.jpg", { type: "image/jpeg" }));
        input.files = box.files;
      }
      canvas.hidden = false;
      words.textContent = input.dataset.shrink.replace("{size}", Math.ceil(input.files[0].size / 1024));
    } catch {
      // Not a picture this browser can read: it is sent as it is, and the server answers.
    } finally {
      delete input.dataset.busy;
    }
  });
}
