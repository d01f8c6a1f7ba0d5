// Passkeys need a script; until there is one, and a browser that knows them, their buttons stay hidden.

if (window.PublicKeyCredential) {
  for (const node of document.querySelectorAll("[data-passkey][hidden]")) node.hidden = false;
}

// allauth's scripts say what went wrong to the console; people are told on the page.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const gaveUp = event.detail.exception?.name === "NotAllowedError";
  const message = document.createElement("p");
  message.className = "field__error";
  message.setAttribute("role", "alert");
  message.textContent = gaveUp
    ? "Aucune clé d’accès n’a été utilisée. Recommencez, ou choisissez une autre façon."
    : "Cette clé d’accès n’a pas marché. Recommencez, ou choisissez une autre façon.";
  document.querySelectorAll("#contenu [data-passkey] + .field__error").forEach((node) => node.remove());
  document.querySelector("#contenu [data-passkey]")?.after(message);
});
