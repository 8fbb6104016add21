// The slider fills a box. Without this script every unit is shown.
for (const box of document.querySelectorAll(".box")) {
  const slide = box.querySelector(".slide");
  if (!slide) continue;
  const input = slide.querySelector("input");
  const told = slide.querySelector("output");
  const total = Number(box.dataset.units);
  const show = () => {
    const put = Number(input.value);
    fillTo(box, put, total);
    for (const line of box.querySelectorAll("[data-first]")) line.classList.toggle("later", Number(line.dataset.first) > put);
    told.textContent = `${put} of ${total}`;
  };
  input.addEventListener("input", show);
  slide.hidden = false;
  show();
}
