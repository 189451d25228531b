// What the browser keeps: conversations and saved quotes, in IndexedDB of this server's address. Nothing of it leaves.

const MOST = 300; // conversations; beyond, the oldest go

let opened = null;
const database = () =>
  (opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("reading-room", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("conversations", { keyPath: "id" }).createIndex("changed", "changed");
      request.result.createObjectStore("quotes", { keyPath: "id" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  }));

const done = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const others = "BroadcastChannel" in globalThis ? new BroadcastChannel("reading-room") : null;
const changed = () => others?.postMessage("changed");
export const onChange = (act) => others?.addEventListener("message", act);

const inStore = async (name, mode, act) => {
  const transaction = (await database()).transaction(name, mode);
  const result = await act(transaction.objectStore(name));
  if (mode === "readwrite") {
    await new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
    changed();
  }
  return result;
};

export const newId = () => Date.now().toString(36) + crypto.getRandomValues(new Uint32Array(1))[0].toString(36);
const newest = (one, other) => other.changed - one.changed;

export const conversation = (id) => inStore("conversations", "readonly", (store) => done(store.get(id)));
export const conversations = async () => (await inStore("conversations", "readonly", (store) => done(store.getAll()))).sort(newest);

// Appended in one transaction: what another tab wrote to the same conversation meanwhile stays.
export const append = (id, turn) =>
  inStore("conversations", "readwrite", async (store) => {
    const now = Date.now();
    const kept = (await done(store.get(id))) ?? { id, started: now, title: turn.question, turns: [] };
    kept.changed = now;
    kept.turns.push(turn);
    store.put(kept);
    const count = await done(store.count());
    if (count <= MOST) return;
    let left = count - MOST;
    store.index("changed").openCursor().onsuccess = ({ target: { result: cursor } }) => {
      if (!cursor || !left) return;
      left -= 1;
      cursor.delete();
      cursor.continue();
    };
  });

export const forget = (id) => inStore("conversations", "readwrite", (store) => store.delete(id));

export const quotes = async () =>
  (await inStore("quotes", "readonly", (store) => done(store.getAll()))).sort((one, other) => other.at - one.at);
export const keepQuote = (quote) => inStore("quotes", "readwrite", (store) => store.put(quote));
export const dropQuote = (id) => inStore("quotes", "readwrite", (store) => store.delete(id));

export const everything = async () => ({ conversations: await conversations(), quotes: await quotes() });
export const deleteAll = async () => {
  for (const name of ["conversations", "quotes"]) await inStore(name, "readwrite", (store) => store.clear());
};
