// The client against a real server, whose address is in QATEST_ADDRESS.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Client, ProblemError, slice } from "../dist/client.js";

const address = process.env.QATEST_ADDRESS;
const client = new Client(address);
const QUESTION = "When did Xu Jiatun fly to San Francisco?";

test("each quotation is what its document says there", async () => {
  const answer = await client.ask(QUESTION, { top_k: 3 });
  assert.ok(answer.answerable && answer.citations.length > 0);
  for (const citation of answer.citations) {
    const { text } = await client.document(citation.document_id);
    assert.equal(slice(text, citation.start_char_index, citation.end_char_index), citation.cited_text);
  }
  assert.deepEqual((await client.verify({ citations: answer.citations })).counts, { intact: answer.citations.length });
});

test("documents and index agree", async () => {
  assert.equal((await client.documents()).length, (await client.index()).documents);
});

test("a build is followed to its end", async () => {
  const states = [];
  for await (const job of client.follow(await client.rebuild())) states.push(job.state);
  assert.equal(states.at(-1), "done");
});

test("a refusal is a problem", async () => {
  await assert.rejects(client.document("none.md"), (error) => error instanceof ProblemError && error.slug === "document-not-found");
});

test("a busy service is asked again, as long as patience lasts", async () => {
  const answers = (statuses) => async () => {
    const status = statuses.shift();
    const headers = { "Retry-After": "0", "Content-Type": "application/problem+json" };
    return new Response(JSON.stringify({ type: "/problems/x", title: "X", status, detail: "d", documents: [] }), { status, headers });
  };
  assert.deepEqual(await new Client(address, { fetch: answers([429, 503, 200]) }).documents(), []);
  await assert.rejects(new Client(address, { retries: 1, fetch: answers([429, 429, 200]) }).documents(), ProblemError);
});
