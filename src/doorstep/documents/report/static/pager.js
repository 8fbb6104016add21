// Pages of a long list.

const PAGE = 50;

function pager(node, page, pages, go) {
  const button = (label, name, target, off) => {
    const made = make("button", { type: "button", "aria-label": name, disabled: off, "data-to": name }, label);
    made.addEventListener("click", () => {
      go(target);
      const again = node.querySelector(`[data-to="${name}"]`);
      (again.disabled ? node.querySelector("button:not([disabled])") : again).focus();
    });
    return made;
  };
  node.hidden = pages < 2;
  node.replaceChildren(
    button("«", "First page", 0, page === 0),
    button("‹", "Previous page", page - 1, page === 0),
    make("span", {}, `Page ${count(page + 1)} of ${count(pages)}`),
    button("›", "Next page", page + 1, page === pages - 1),
    button("»", "Last page", pages - 1, page === pages - 1));
}
