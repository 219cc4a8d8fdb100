// Plank's pages but for the board: projects, team, guide, settings. Each fills `main`.

import { element as h, replace } from './dom.js';
import { addProject, tell } from './product.js';
import { go, href } from './router.js';
import { saved, write } from './store.js';
import { LANGUAGES, t } from './texts.js';

/** @param {string} title @param {string} intro @param {(Node | string)[]} actions */
export function head(title, intro, ...actions) {
  document.title = `${title} · Plank`;
  const heading = h('div', { class: 'grow' }, h('h1', {}, title), h('p', { class: 'soft' }, intro));
  return h('div', { class: 'head' }, heading, h('div', { class: 'row' }, ...actions));
}

/** @param {string} page @param {string} text */
const primary = (page, text) => h('a', { class: 'primary', href: href(page) }, text);

/** @param {string} email @param {number} index */
const avatar = (email, index) => h('span', { class: `avatar hue-${index % 4}`, 'aria-hidden': 'true' }, email.slice(0, 2).toUpperCase());

/** @param {HTMLElement} main @param {string} search */
export function showProjects(main, search) {
  const found = saved.projects.filter((project) => project.name.toLowerCase().includes(search.toLowerCase()));
  const tiles = found.map((project) => {
    const done = project.cards.filter((card) => card.column === 2).length;
    const total = project.cards.length;
    const bar = h('progress', { max: `${total || 1}`, value: `${done}`, 'aria-label': project.name });
    const faces = ['you', ...saved.team].slice(0, 4).map(avatar);
    const link = h('a', { href: href(`projects/${project.id}`) }, project.name);
    const status = total ? t('projects.done', { done, total }) : t('projects.empty');
    return h('li', { class: 'tile' }, h('h2', {}, link), h('p', { class: 'soft' }, status), bar, h('div', { class: 'faces' }, ...faces));
  });
  const art = h('div', { class: 'empty-art', 'aria-hidden': 'true' }, h('i'), h('i'), h('i'));
  const empty = h(
    'div',
    { class: 'empty' },
    art,
    h('h2', {}, search ? t('projects.no_match', { text: search }) : t('projects.none')),
    h('p', { class: 'soft' }, t('projects.none_why')),
    primary('projects/new', t('projects.create')),
  );
  replace(main, head(t('projects.title'), t('projects.intro')), tiles.length ? h('ul', { class: 'tiles' }, ...tiles) : empty);
}

/** @param {HTMLElement} main */
export function showTeam(main) {
  const people = [saved.account.email, ...saved.team].map((email, index) => {
    const name = index ? email : saved.account.name || t('team.you');
    const role = h('span', { class: 'soft' }, t(index ? 'team.invited' : 'team.owner'));
    return h('li', {}, avatar(email || name, index), h('span', { class: 'grow' }, name), role);
  });
  const action = primary('team/invite', t('team.invite'));
  replace(main, head(t('team.title'), t('team.intro'), action), h('ul', { class: 'people' }, ...people));
}

/** @param {HTMLElement} main */
export function showGuide(main) {
  const parts = [0, 1, 2].map((board) => {
    const title = t(`guide.${board}.title`);
    const use = h('button', { type: 'button' }, t('guide.use'));
    use.addEventListener('click', () => go(`projects/${addProject(title, t(`guide.${board}.cards`).split('|'))}`));
    return h('section', { class: 'tile' }, h('h2', {}, title), h('p', { class: 'grow' }, t(`guide.${board}.text`)), h('div', {}, use));
  });
  replace(main, head(t('guide.title'), t('guide.intro')), h('div', { class: 'tiles' }, ...parts));
}

/** @param {HTMLElement} main */
export function showSettings(main) {
  const name = /** @type {HTMLInputElement} */ (h('input', { id: 'workspace', maxlength: '40', autocomplete: 'off', placeholder: t('settings.workspace_hint') }));
  name.value = saved.account.workspace;
  const options = Object.entries(LANGUAGES).map(([tag, text]) => h('option', { value: tag, lang: tag }, text));
  const language = /** @type {HTMLSelectElement} */ (h('select', { id: 'language' }, ...options));
  language.value = document.documentElement.lang;
  const digest = /** @type {HTMLInputElement} */ (h('input', { type: 'checkbox', id: 'digest' }));
  digest.checked = saved.digest;
  const said = h('span', { class: 'soft', role: 'status' });
  const save = h('button', { type: 'submit', class: 'primary', id: 'save-settings' }, t('settings.save'));
  const form = h(
    'form',
    { class: 'tile form' },
    h('h2', {}, t('settings.workspace')),
    h('label', { for: 'workspace' }, t('settings.workspace_name')),
    name,
    h('label', { for: 'language' }, t('settings.language')),
    language,
    h('label', { class: 'check' }, digest, t('settings.digest')),
    h('div', { class: 'row' }, save, said),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    saved.account.workspace = name.value.trim();
    saved.digest = digest.checked;
    const isOther = saved.language !== language.value && document.documentElement.lang !== language.value;
    saved.language = language.value;
    write();
    void tell('settings_saved', { digest: saved.digest });
    said.textContent = t('settings.saved');
    // Every text is another: a page load is the honest way.
    if (isOther) location.assign(href('settings'));
  });
  const frame = h('iframe', { id: 'billing', src: 'billing.html', title: t('billing.frame') });
  const billing = h('section', { class: 'tile' }, h('h2', {}, t('settings.billing')), frame);
  replace(main, head(t('settings.title'), t('settings.intro')), h('div', { class: 'stack' }, form, billing));
}
