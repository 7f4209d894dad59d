// Passkeys; and signing in again over a page. Asked for by the pages that offer a passkey, and by the dialog over a page
// once somebody signs in there. What a device is asked, and what it answers, travels as JSON with bytes in base64url.
const bytesOf = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0));
const textOf = (bytes) =>
  btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const ANSWERS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
const PROBLEMS = { SecurityError: "address", InvalidStateError: "known", TypeError: "missing" }; // else it was stopped

async function askDevice({ publicKey }) {
  const options = { ...publicKey, challenge: bytesOf(publicKey.challenge) }, { user } = options, response = {};
  for (const list of ["allowCredentials", "excludeCredentials"]) {
    if (options[list]) options[list] = options[list].map((each) => ({ ...each, id: bytesOf(each.id) }));
  }
  if (user) options.user = { ...user, id: bytesOf(user.id) };
  const made = await navigator.credentials[user ? "create" : "get"]({ publicKey: options });
  for (const name of ANSWERS) if (made.response[name]) response[name] = textOf(made.response[name]);
  const { id, type, rawId } = made, clientExtensionResults = made.getClientExtensionResults();
  return JSON.stringify({ id, type, rawId: textOf(rawId), response, clientExtensionResults });
}

const wordsFor = ({ name }, { dataset }) => dataset[PROBLEMS[name]] || dataset.failed;

// On a page of its own: a form whose hidden field is what the device answers.
async function sendAnswer(event) {
  const { target: form } = event, problem = form.querySelector(".problem"), { options } = form.dataset;
  event.preventDefault();
  problem.hidden = true;
  try {
    const asked = options
      ? await (await fetch(options, { headers: { "X-Requested-With": "XMLHttpRequest" } })).json()
      : JSON.parse(document.getElementById("passkey-options").textContent);
    form.elements.credential.value = await askDevice(asked.request_options || asked.creation_options);
    form.submit();
  } catch (error) {
    Object.assign(problem, { textContent: wordsFor(error, problem), hidden: false });
  }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.hidden = false;
  form.addEventListener("submit", sendAnswer);
}

// In the dialog over a page. Nothing is answered when somebody may be signed in now; else what is to be said, which is
// nothing when a second step has come up.
export async function signIn(form, button, ask) {
  const [first, second] = form.querySelectorAll("fieldset"), { second: secondStep, passkeys } = form.dataset;
  const passkeyFrom = second.hidden ? passkeys : secondStep, problem = form.querySelector(".problem");
  let body = new FormData(form), to = second.hidden ? form.action : secondStep;
  body.delete("csrfmiddlewaretoken"); // the cookie has a newer one
  if (button?.value) {
    to = passkeyFrom;
    body = new FormData();
    const asked = await (await ask(to, {})).json();
    try {
      body.set("credential", await askDevice(asked.request_options));
    } catch (error) { return wordsFor(error, problem); }
  }
  const answer = await ask(to, { method: "POST", body }), { form: refused, errors, location } = await answer.json();
  const isSecond = location === secondStep;
  for (const field of form.querySelectorAll("[type=password], [name=code]")) field.value = "";
  if (answer.status === 400) return (errors || errorsOf(refused)).join(" ");
  first.hidden = first.disabled = isSecond;
  second.hidden = second.disabled = !isSecond;
  return isSecond ? "" : undefined;
}

const errorsOf = ({ errors, fields }) => [...errors, ...Object.values(fields).flatMap((field) => field.errors)];
