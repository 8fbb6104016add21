"use strict";
// A box as it fills: units are drawn all at once, and what is not in it yet is hidden.

function fillTo(box, put, total) {
  for (const unit of box.querySelectorAll("[data-step]")) {
    const step = Number(unit.dataset.step);
    unit.classList.toggle("later", step > put);
    unit.classList.toggle("now", step === put && put < total);
  }
}
