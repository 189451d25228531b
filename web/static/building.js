// A build that runs, in the header of every page: how far it is, and that it is done.

import { $, say } from "./dom.js";
import { t } from "./texts.js";

const link = $(".building");
const bar = $("progress", link);
const events = new EventSource(link.dataset.events);

events.addEventListener("job", ({ data }) => {
  const job = JSON.parse(data);
  if (!job.ended_at) {
    if (job.total) Object.assign(bar, { max: job.total, value: job.done });
    else bar.removeAttribute("value");
    return;
  }
  events.close();
  bar.remove();
  const text = job.error ? t("The build failed") : t("The index is up to date");
  $("span", link).textContent = text;
  link.classList.add(job.error ? "failed" : "done");
  say(text);
});
