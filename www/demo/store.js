// What Plank keeps: everything in one entry of localStorage, since there is no server behind it.

/** @typedef {{ id: string, text: string, column: number, note: string, due: string }} Card */
/** @typedef {{ id: string, name: string, cards: Card[], isShared: boolean }} Project */
/** @typedef {{ name: string, email: string, workspace: string }} Account */

/**
 * @typedef {object} Saved
 * @property {Account} account
 * @property {Project[]} projects
 * @property {string[]} team the addresses that were invited
 * @property {string} theme system, light or dark
 * @property {string} language a tag; empty until one was chosen
 * @property {string} plan free or team
 * @property {boolean} digest whether the weekly summary is sent
 * @property {string[]} activity what happened, newest first: texts in the language of then
 */

const KEY = 'plank';

/** @returns {Saved} */
const fresh = () => ({
  account: { name: '', email: '', workspace: '' },
  projects: [],
  team: [],
  theme: 'system',
  language: '',
  plan: 'free',
  digest: true,
  activity: [],
});

/** @type {Saved} */
export const saved = read();

/** @returns {Saved} */
function read() {
  try {
    return { ...fresh(), ...JSON.parse(localStorage.getItem(KEY) ?? '{}') };
  } catch {
    return fresh();
  }
}

/** Keeps `saved` as it is now. */
export function write() {
  localStorage.setItem(KEY, JSON.stringify(saved));
}

/** Forgets everything but how the page looks. */
export function forget() {
  const { theme, language } = saved;
  Object.assign(saved, fresh(), { theme, language });
  write();
}

/** An id that no other project or card has. */
export const newId = () => `p${saved.projects.length + 1}${Math.random().toString(36).slice(2, 6)}`;

/** @param {string} text */
export function note(text) {
  saved.activity.unshift(text);
  saved.activity.length = Math.min(saved.activity.length, 40);
}
