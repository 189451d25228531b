// What the scripts say, in the language of the page: English here, translations in the page's first element.

const translations = JSON.parse(document.documentElement.dataset.texts ?? "{}");

// t("%(count)s characters", { count: 3 })
export const t = (message, values = {}) =>
  (translations[message] ?? message).replace(/%\((\w+)\)s/g, (_, name) => values[name]);

export const language = document.documentElement.lang;
export const shownDate = (time, options = { dateStyle: "long" }) => new Intl.DateTimeFormat(language, options).format(time);
