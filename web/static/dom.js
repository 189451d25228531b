// Small helpers: elements, parts that the server renders, and what is said to screen readers.

import { t } from "./texts.js";

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

export const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

// Parsed without running anything; the policy of the page would refuse to run it as well.
export const parse = (html) => new DOMParser().parseFromString(html, "text/html").body;

export const say = (message) => {
  $("#status").textContent = "";
  requestAnimationFrame(() => ($("#status").textContent = message));
};

// Said aloud and shown for a while: for what went wrong where nothing else on the page tells.
export const warn = (message) => {
  say(message);
  $("#status").classList.add("loud");
  setTimeout(() => $("#status").classList.remove("loud"), 6000);
};

// Text of the response, or an Error that says in words what the service said.
export const request = async (path, { body, signal } = {}) => {
  const headers = { Accept: "text/html" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const method = body === undefined ? "GET" : "POST";
  let response;
  try {
    response = await fetch(path, { method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error(t("The service cannot be reached. Is it still running?"));
  }
  const text = await response.text();
  if (response.ok) return text;
  let detail;
  try {
    ({ detail } = JSON.parse(text));
  } catch {
    detail = `status ${response.status}`;
  }
  throw new Error(t("The service could not do this: %(detail)s", { detail }));
};
