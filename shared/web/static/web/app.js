// Small comforts. Every page works without this file.

document.documentElement.classList.add("js");

// A form is sent once: its button waits, and says so, until the answer comes.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  if (form.method !== "post" || form.closest("[data-hx-post], [hx-post]")) return;
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
});

// Coming back with the back button finds the form usable again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  }
});

document.addEventListener("click", (event) => {
  const dismiss = event.target.closest("[data-dismiss]");
  if (dismiss) dismiss.closest(".message").remove();

  const step = event.target.closest("[data-step]");
  if (step) {
    const input = step.closest("[data-quantity]").querySelector("input[type=number]");
    const wanted = Number(input.value || input.min) + Number(step.dataset.step);
    input.value = Math.min(Number(input.max), Math.max(Number(input.min), wanted));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }

  const print = event.target.closest("[data-print]");
  if (print) window.print();

  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details[data-menu][open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

document.addEventListener("change", (event) => {
  const quantity = event.target.closest("[data-quantity]");
  if (quantity) {
    const input = quantity.querySelector("input[type=number]");
    for (const button of quantity.querySelectorAll("[data-step]")) {
      button.disabled = button.dataset.step > 0 ? input.value === input.max : input.value === input.min;
    }
  }
  const form = event.target.closest("form[data-auto-submit]");
  if (form) form.requestSubmit();
});

// What a script alone can do stays hidden until there is one; pages put in place by htmx get it too.
function enhance(root) {
  root.querySelectorAll("[data-dismiss][hidden], [data-step][hidden], [data-print][hidden]").forEach((node) => {
    node.hidden = false;
  });
  const wanting = root.querySelector("[data-focus]");
  if (wanting) {
    // Once: a page that refreshes a part of itself must not take the focus back each time.
    wanting.removeAttribute("data-focus");
    wanting.focus();
  }
}

enhance(document);
document.addEventListener("htmx:after:swap", () => enhance(document));
