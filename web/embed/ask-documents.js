// <ask-documents> for other sites: a question, and cited sentences of this server's documents. QA_EMBED_ORIGINS names the sites.
//
//   <script type="module" src="https://qa.example.org/embed/ask-documents.js"></script>
//   <ask-documents lang="de" collections="minutes" placeholder="When was the mill built?"></ask-documents>

const HERE = new URL(import.meta.url).origin;
const MOST = 2000;

const TEXTS = {
  en: { ask: "Ask", question: "Your question", searching: "Searching…", none: "The documents do not say.", unsure: "None of these surely answers: read and judge.", quoted: "Quoted from the documents. Nothing is generated.", failed: "The service cannot be reached.", busy: "The service is busy. Try again in a moment.", page: "page" },
  de: { ask: "Fragen", question: "Ihre Frage", searching: "Wird gesucht …", none: "Die Dokumente sagen es nicht.", unsure: "Nichts davon ist sicher die Antwort: Lesen und urteilen Sie.", quoted: "Aus den Dokumenten zitiert. Nichts ist erzeugt.", failed: "Der Dienst ist nicht erreichbar.", busy: "Der Dienst ist ausgelastet. Versuchen Sie es gleich noch einmal.", page: "Seite" },
  es: { ask: "Preguntar", question: "Su pregunta", searching: "Buscando…", none: "Los documentos no lo dicen.", unsure: "Ninguna responde con seguridad: lea y juzgue.", quoted: "Citado de los documentos. Nada es generado.", failed: "No se puede acceder al servicio.", busy: "El servicio está ocupado. Inténtelo de nuevo en un momento.", page: "página" },
  fr: { ask: "Demander", question: "Votre question", searching: "Recherche…", none: "Les documents ne le disent pas.", unsure: "Aucune ne répond à coup sûr : lisez et jugez.", quoted: "Cité des documents. Rien n’est généré.", failed: "Le service est injoignable.", busy: "Le service est occupé. Réessayez dans un instant.", page: "page" },
  zh: { ask: "提问", question: "您的问题", searching: "正在搜索…", none: "文档中没有提到。", unsure: "都不一定是答案：请自行阅读判断。", quoted: "引自文档原文，没有任何生成内容。", failed: "无法连接服务。", busy: "服务繁忙，请稍后再试。", page: "页" },
  ar: { ask: "اسأل", question: "سؤالك", searching: "جارٍ البحث…", none: "المستندات لا تذكر ذلك.", unsure: "لا جواب مؤكد بينها: اقرأ واحكم.", quoted: "مقتبس من المستندات. لا شيء مولَّد.", failed: "تعذّر الوصول إلى الخدمة.", busy: "الخدمة مشغولة. أعد المحاولة بعد قليل.", page: "صفحة" },
};

const STYLE = `
:host { display: block; font: inherit; color: inherit; max-width: 44rem; }
form { display: flex; flex-wrap: wrap; gap: .5rem; }
input { flex: 1 1 14rem; min-width: 0; }
input, button { min-height: 2.75rem; padding: .3rem .8rem; border: 1px solid GrayText; border-radius: .5rem; font: inherit; color: inherit; background: transparent; box-sizing: border-box; }
button { cursor: pointer; font-weight: 600; border-color: currentColor; }
:focus-visible { outline: 3px solid; outline-offset: 2px; }
figure { margin: 1rem 0; } blockquote { margin: 0; padding-inline-start: 1rem; border-inline-start: 3px solid; font-size: 1.15em; line-height: 1.5; overflow-wrap: anywhere; white-space: pre-line; }
figcaption { margin-top: .4rem; padding-inline-start: calc(1rem + 3px); font-size: .9em; } figcaption a { display: inline-block; padding-block: .7rem; color: inherit; font-weight: 600; }
p { margin: .75rem 0; font-size: .95em; }
[hidden] { display: none; }
`;

// Everything that a document says becomes text, never markup.
const make = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
};

class AskDocuments extends HTMLElement {
  #controller = null;

  connectedCallback() {
    if (this.shadowRoot) return;
    const root = this.attachShadow({ mode: "open", delegatesFocus: true });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet]; // a policy of the page that forbids inline styles does not stop this
    const language = (this.closest("[lang]")?.lang || navigator.language).slice(0, 2).toLowerCase();
    this.texts = TEXTS[language] ?? TEXTS.en;
    this.input = make("input", { type: "search", name: "question", required: true, maxLength: MOST, autocomplete: "off", dir: "auto", placeholder: this.getAttribute("placeholder") ?? "" });
    this.input.setAttribute("aria-label", this.texts.question);
    this.input.setAttribute("part", "input");
    const button = make("button", { textContent: this.texts.ask });
    button.setAttribute("part", "button");
    const form = make("form", {}, this.input, button);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.ask(this.input.value);
    });
    this.output = make("div", { ariaLive: "polite" });
    this.output.setAttribute("part", "answer");
    root.append(form, this.output);
    if (this.getAttribute("question")) {
      this.input.value = this.getAttribute("question");
      this.ask(this.input.value);
    }
  }

  // Asks, and shows the answer; resolves to it, or to null where it was overtaken or failed.
  async ask(question) {
    const asked = question.trim();
    if (!asked) return null;
    this.#controller?.abort();
    this.#controller = new AbortController();
    this.output.replaceChildren(make("p", { textContent: this.texts.searching }));
    const query = new URLSearchParams({ question: asked });
    for (const name of ["collections", "document_ids", "tags"]) {
      for (const value of (this.getAttribute(name) ?? "").split(",").map((part) => part.trim()).filter(Boolean)) query.append(name, value);
    }
    try {
      const response = await fetch(`${HERE}/ask?${query}`, { signal: this.#controller.signal, credentials: "omit", headers: { Accept: "application/json" } });
      const answer = await response.json();
      if (!response.ok) this.#say([429, 503].includes(response.status) ? this.texts.busy : answer.detail);
      else this.#show(answer);
      return response.ok ? answer : null;
    } catch (error) {
      if (error.name !== "AbortError") this.#say(this.texts.failed);
      return null;
    }
  }

  #say(text) {
    this.output.replaceChildren(make("p", { textContent: text }));
  }

  #show(answer) {
    const { texts } = this;
    if (!answer.answerable) this.#say(texts.none);
    else {
      const note = answer.confidence.band === "low" ? texts.unsure : texts.quoted;
      this.output.replaceChildren(...answer.citations.map((citation) => this.#quotation(citation)), make("p", { textContent: note }));
    }
    this.dispatchEvent(new CustomEvent("answer", { detail: answer, bubbles: true, composed: true }));
  }

  #quotation(citation) {
    const link = make("a", { href: new URL(citation.url, HERE).href, target: "_blank", rel: "noopener", textContent: citation.document_title, dir: "auto" });
    const place = citation.page ? ` · ${this.texts.page} ${citation.page}` : "";
    const quote = make("blockquote", { textContent: citation.cited_text, dir: "auto", lang: citation.language ?? "" });
    quote.setAttribute("part", "quote");
    return make("figure", {}, quote, make("figcaption", {}, link, place));
  }
}

if (!customElements.get("ask-documents")) customElements.define("ask-documents", AskDocuments);
