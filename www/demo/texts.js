// Plank's words in the language that was chosen: by `?lang=` in the address, then in the settings, then English.

import { saved, write } from './store.js';

/** @type {Record<string, string>} */
export const LANGUAGES = { en: 'English', de: 'Deutsch', ar: 'العربية' };

const asked = new URLSearchParams(location.search).get('lang') ?? '';
if (asked in LANGUAGES && asked !== saved.language) {
  saved.language = asked;
  write();
}
const language = saved.language in LANGUAGES ? saved.language : 'en';
document.documentElement.lang = language;
document.documentElement.dir = language === 'ar' ? 'rtl' : 'ltr';
applyTheme();

/** @type {Record<string, string>} */
const texts = await (await fetch(new URL(`locales/${language}.json`, import.meta.url))).json();

/**
 * A text, with its fields filled in; its name where there is none.
 * @param {string} name
 * @param {Record<string, string | number>} [fields]
 */
export function t(name, fields = {}) {
  return (texts[name] ?? name).replace(/\{(\w+)\}/g, (_, field) => `${fields[field] ?? ''}`);
}

/** Fills in what the page's own markup holds: `data-t` names the text, `data-t-placeholder` and `data-t-label` those of attributes. */
export function translatePage() {
  for (const element of document.querySelectorAll('[data-t]')) element.textContent = t(element.getAttribute('data-t') ?? '');
  for (const [data, name] of [['data-t-placeholder', 'placeholder'], ['data-t-label', 'aria-label']]) {
    for (const element of document.querySelectorAll(`[${data}]`)) element.setAttribute(name ?? '', t(element.getAttribute(data ?? '') ?? ''));
  }
}

/** Light, dark, or whatever the reader's system says. */
export function applyTheme() {
  const root = document.documentElement;
  if (saved.theme === 'system') root.removeAttribute('data-theme');
  else root.dataset['theme'] = saved.theme;
}
