import { length } from "./codepoints.js";

// The address of a state of the page, as the server reads and writes it.

const CARRIED = 10; // earlier questions, as on the server
const CARRIED_CHARACTERS = 2000;

export const read = (href) => {
  const params = new URL(href, location.href).searchParams;
  const filters = { document_ids: params.getAll("document_ids"), tags: params.getAll("tags"), collections: params.getAll("collections") };
  for (const name of ["date_from", "date_to"]) if (params.get(name)) filters[name] = params.get(name);
  return { question: params.get("question") ?? "", history: params.getAll("history"), filters };
};

export const opened = (href) => {
  const params = new URL(href, location.href).searchParams;
  return params.has("open") ? ["open", "start", "end"].map((name) => params.get(name)).join("\n") : null;
};

export const opening = (href, document, start, end) => {
  const url = new URL(href, location.href);
  url.pathname = "/";
  url.searchParams.set("open", document);
  url.searchParams.set("start", start);
  url.searchParams.set("end", end);
  url.hash = "quote";
  return url.href;
};

export const closed = (href) => {
  const url = new URL(href, location.href);
  for (const name of ["open", "start", "end"]) url.searchParams.delete(name);
  url.hash = "";
  return url.href;
};

export const fitting = (questions) => {
  let room = CARRIED_CHARACTERS;
  return questions
    .slice(-CARRIED)
    .reverse()
    .filter((question) => (room -= length(question)) >= 0)
    .reverse();
};
