// Changes of the corpus, with the token of this server where it wants one.

import { $, say } from "./dom.js";
import { t } from "./texts.js";

const dialog = $("#token");

const kept = (() => {
  try {
    return sessionStorage;
  } catch {
    return { getItem: () => null, setItem: () => {}, removeItem: () => {} }; // a browser that keeps nothing
  }
})();
let token = kept.getItem("token");

const askForToken = () =>
  new Promise((resolve) => {
    const field = $("#token-field");
    field.value = "";
    dialog.returnValue = "";
    dialog.showModal();
    dialog.addEventListener("close", () => resolve(dialog.returnValue ? field.value : null), { once: true });
  });

// The answer's body, or an Error with what the service said; asks for the token where it is wanted or wrong.
export const change = async (method, path, body) => {
  if (dialog && !token) token = await askForToken();
  if (dialog && !token) throw new Error(t("Nothing was changed: the token is missing."));
  const headers = { Accept: "application/json", ...(token && { Authorization: `Bearer ${token}` }) };
  if (typeof body === "string") headers["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(path, { method, headers, body });
  } catch {
    throw new Error(t("The service cannot be reached. Is it still running?"));
  }
  const answer = await response.json().catch(() => ({ detail: `status ${response.status}` }));
  if (response.status === 401 && dialog) {
    token = null;
    kept.removeItem("token");
    say(t("This token is not the server’s."));
    return change(method, path, body);
  }
  if (token) kept.setItem("token", token);
  if (response.ok) return answer;
  throw Object.assign(new Error(answer.detail), { each: answer.errors });
};
