// Corrections sent with the token that this server wants; without one the form works by itself.

import { change } from "./changes.js";
import { $, warn } from "./dom.js";

const form = $("#corrections");

const sent = (back) => {
  if (back) return ["DELETE", undefined];
  const inputs = [...form.querySelectorAll("input:enabled")].filter((input) => input.value !== input.defaultValue);
  const value = ({ name, value: text }) => (name === "tags" ? text.split(",").map((tag) => tag.trim()).filter(Boolean) : text.trim() || null);
  return ["PATCH", JSON.stringify(Object.fromEntries(inputs.map((input) => [input.name, value(input)])))];
};

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const [method, body] = sent(event.submitter?.name === "back");
  try {
    await change(method, new URL(form.action).pathname, body);
    location.reload();
  } catch (error) {
    warn(error.message);
  }
});
