// Forms with data-passkey="create" or "get": fetches a challenge from the form's own address, has the browser sign it,
// and sends the answer with the form.
(() => {
  "use strict";
  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (char) => char.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=/g, "");
  const withBytes = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));

  function prepared(options) {
    const key = { ...options, challenge: bytes(options.challenge) };
    if (options.user) key.user = { ...options.user, id: bytes(options.user.id) };
    if (options.excludeCredentials) key.excludeCredentials = withBytes(options.excludeCredentials);
    if (options.allowCredentials) key.allowCredentials = withBytes(options.allowCredentials);
    return { publicKey: key };
  }

  function told(credential) {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      const value = credential.response[name];
      if (value) response[name] = text(value);
    }
    return JSON.stringify({
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      response,
      clientExtensionResults: credential.getClientExtensionResults(),
    });
  }

  async function challenge(form) {
    const body = new URLSearchParams({ options: "1", csrfmiddlewaretoken: form.csrfmiddlewaretoken.value });
    const answer = await fetch(form.action, { method: "POST", body, redirect: "error" });
    if (!answer.ok) throw new Error(answer.status);
    return (await answer.json()).publicKey;
  }

  async function press(form, event) {
    if (form.credential.value) return;
    event.preventDefault();
    const trouble = form.querySelector("[role=alert]");
    trouble.textContent = "";
    try {
      const credential = await navigator.credentials[form.dataset.passkey](prepared(await challenge(form)));
      form.credential.value = told(credential);
      form.submit();
    } catch (error) {
      trouble.textContent = "The passkey was not used. Try again, or reload the page.";
    }
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!window.PublicKeyCredential || !navigator.credentials) continue;
    form.hidden = false;
    form.addEventListener("submit", (event) => press(form, event));
  }
})();
