// Asks a running service by fetch: typed by its own description, and patient where it is busy.

import type { components } from "./schema.js";

type Schemas = components["schemas"];
export type Answer = Schemas["AskResponse"];
export type Question = Schemas["AskBody"];
export type Document = Schemas["DocumentResponse"];
export type DocumentSummary = Schemas["DocumentSummary"];
export type Index = Schemas["IndexResponse"];
export type Job = Schemas["JobBody"];
export type Problem = Schemas["Problem"];
export type ToVerify = Schemas["VerifyBody"];
export type Verified = Schemas["VerifyResponse"];

export interface Options {
  token?: string;
  retries?: number; // how often a request is sent again that the service was too busy for
  longestWait?: number; // seconds
  fetch?: typeof fetch;
}

/** What the service says of a request that it refused (RFC 9457). */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.title} (${problem.status}): ${problem.detail}`);
    this.name = "ProblemError";
  }

  get slug(): string {
    return this.problem.type.split("/").at(-1) ?? "";
  }
}

export class Client {
  readonly #address: string;
  readonly #options: Required<Omit<Options, "token">> & { token: string | undefined };

  constructor(address = "http://localhost:8000", options: Options = {}) {
    this.#address = address.replace(/\/+$/, "");
    this.#options = { token: undefined, retries: 4, longestWait: 30, fetch: globalThis.fetch, ...options };
  }

  ask(question: string, more: Partial<Omit<Question, "question">> = {}): Promise<Answer> {
    return this.#send("POST", "/ask", { question, ...more });
  }

  verify(what: Partial<ToVerify>): Promise<Verified> {
    return this.#send("POST", "/verify", what);
  }

  async documents(): Promise<DocumentSummary[]> {
    return (await this.#send<Schemas["DocumentList"]>("GET", "/documents")).documents;
  }

  document(id: string): Promise<Document> {
    return this.#send("GET", `/documents/${id.split("/").map(encodeURIComponent).join("/")}`);
  }

  index(): Promise<Index> {
    return this.#send("GET", "/index");
  }

  rebuild(): Promise<Job> {
    return this.#send("POST", "/index/rebuild");
  }

  /** A build at each of its changes, until it has ended. */
  async *follow(job: Job): AsyncGenerator<Job> {
    const response = await this.#request("GET", `${job.url}/events`);
    let text = "";
    for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
      const events = (text + piece).split(/\r?\n\r?\n/);
      text = events.pop() ?? "";
      for (const event of events) {
        const data = event.split(/\r?\n/).filter((line) => line.startsWith("data:"));
        if (data.length) yield JSON.parse(data.map((line) => line.slice(5).trimStart()).join("\n")) as Job;
      }
    }
  }

  async #send<T>(method: string, path: string, body?: unknown): Promise<T> {
    return (await (await this.#request(method, path, body)).json()) as T;
  }

  async #request(method: string, path: string, body?: unknown): Promise<Response> {
    const { token, retries, longestWait, fetch } = this.#options;
    const headers: Record<string, string> = { Accept: "application/json" };
    if (token) headers["Authorization"] = `Bearer ${token}`;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const sent = body === undefined ? { method, headers } : { method, headers, body: JSON.stringify(body) };
    for (let tried = 1; ; tried++) {
      const response = await fetch(this.#address + path, sent);
      if (response.ok) return response;
      const wait = Number(response.headers.get("Retry-After") ?? 2 ** (tried - 2));
      const isBusy = response.status === 429 || response.status === 503;
      if (!isBusy || tried > retries || !(wait <= longestWait)) throw new ProblemError(await problemOf(response));
      await new Promise((resolve) => setTimeout(resolve, wait * 1000));
    }
  }
}

const problemOf = async (response: Response): Promise<Problem> => {
  const { status, statusText } = response;
  const other = { type: "about:blank", title: statusText, status, detail: "a proxy may have answered" };
  return response.headers.get("Content-Type")?.includes("problem+json") ? response.json() : other;
};

/** The part of a text between two offsets of the API, which count code points. */
export const slice = (text: string, start: number, end: number): string => Array.from(text).slice(start, end).join("");
