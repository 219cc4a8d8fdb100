// Plank, a made-up project tool: enough of a product for a checklist to hold on to. Its whole state is in
// localStorage; a hash router shows one of four views. What it tells the checklist is in `tell`.

import { element as h, replace } from './dom.js';

/** @typedef {{ text: string, column: number }} Card */
/** @typedef {{ id: string, name: string, cards: Card[] }} Project */
/** @typedef {{ projects: Project[], team: string[], theme: string }} Saved */

const KEY = 'plank';
const COLUMNS = ['To do', 'Doing', 'Done'];
const THEMES = ['system', 'light', 'dark'];
const main = must('#main');
const saved = read();

/** @param {string} selector @returns {HTMLElement} */
function must(selector) {
  const found = document.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`the page has no ${selector}`);
  return found;
}

/** @returns {Saved} */
function read() {
  const fresh = { projects: [], team: [], theme: 'system' };
  try {
    return { ...fresh, ...JSON.parse(localStorage.getItem(KEY) ?? '{}') };
  } catch {
    return fresh;
  }
}

function write() {
  localStorage.setItem(KEY, JSON.stringify(saved));
}

/**
 * All that a product does for its checklist: say what happened.
 * @param {string} event
 * @param {Record<string, unknown>} [properties]
 */
async function tell(event, properties = {}) {
  await customElements.whenDefined('cairn-checklist');
  await document.querySelector('cairn-checklist')?.track(event, properties);
}

/** @param {string} name */
function addProject(name) {
  const project = { id: `p${saved.projects.length + 1}`, name, cards: [] };
  saved.projects.push(project);
  write();
  void tell('project_created', { projects: saved.projects.length });
  location.hash = `#/projects/${project.id}`;
}

/** @param {string} email */
function invite(email) {
  saved.team.push(email);
  write();
  void tell('teammate_invited', { team: saved.team.length + 1 });
  location.hash = '#/team';
}

/** @param {Project} project @param {string} text @param {number} column */
function addCard(project, text, column) {
  project.cards.push({ text, column });
  write();
  void tell('card_added', { column: COLUMNS[column] });
}

/** @param {Project} project @param {Card} card */
function moveCard(project, card) {
  card.column = (card.column + 1) % COLUMNS.length;
  write();
  void tell('card_moved', { column: COLUMNS[card.column] });
  showProject(project);
}

/** @param {string} title @param {string} intro @param {(Node | string)[]} actions */
function head(title, intro, ...actions) {
  document.title = `${title} · Plank`;
  const heading = h('div', {}, h('h1', {}, title), h('p', { class: 'soft' }, intro));
  return h('div', { class: 'head' }, heading, h('div', { class: 'row' }, ...actions));
}

/** @param {string} href @param {string} text */
const primary = (href, text) => h('a', { class: 'primary', href }, text);

function showProjects() {
  const cards = saved.projects.map((project) => {
    const done = project.cards.filter((card) => card.column === 2).length;
    const status = project.cards.length ? `${done} of ${project.cards.length} cards done` : 'No cards yet';
    const link = h('a', { href: `#/projects/${project.id}` }, project.name);
    return h('li', { class: 'tile' }, h('h2', {}, link), h('p', { class: 'soft' }, status));
  });
  const empty = h(
    'div',
    { class: 'empty' },
    h('div', { class: 'empty-art', 'aria-hidden': 'true' }, h('i'), h('i'), h('i')),
    h('h2', {}, 'Nothing here yet'),
    h('p', { class: 'soft' }, 'Projects hold the cards your team moves from idea to done.'),
    primary('#/projects/new', 'Create project'),
  );
  const intro = 'Everything your team is working on.';
  replace(
    main,
    cards.length ? head('Projects', intro, primary('#/projects/new', 'New project')) : head('Projects', intro),
    cards.length ? h('ul', { class: 'tiles' }, ...cards) : empty,
  );
}

/** @param {Project} project */
function showProject(project) {
  const columns = COLUMNS.map((name, column) => {
    const cards = project.cards
      .filter((card) => card.column === column)
      .map((card) => {
        const next = COLUMNS[(column + 1) % COLUMNS.length];
        const move = h('button', { type: 'button', class: 'quiet', 'aria-label': `Move ${card.text} to ${next}` }, '→');
        move.addEventListener('click', () => moveCard(project, card));
        return h('li', { class: 'card' }, h('span', {}, card.text), move);
      });
    const input = h('input', { 'aria-label': `New card in ${name}`, placeholder: 'Add a card', maxlength: '80' });
    const form = h('form', { class: 'add' }, input);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const text = /** @type {HTMLInputElement} */ (input).value.trim();
      if (!text) return;
      addCard(project, text, column);
      showProject(project);
      main.querySelectorAll('input')[column]?.focus();
    });
    const count = h('span', { class: 'soft' }, `${cards.length}`);
    return h('section', { class: 'column' }, h('h2', {}, name, ' ', count), h('ul', {}, ...cards), form);
  });
  replace(
    main,
    head(project.name, 'Move a card on when its work moves on.', h('a', { class: 'button', href: '#/team/invite' }, 'Invite')),
    h('div', { class: 'board' }, ...columns),
  );
}

function showTeam() {
  const people = ['you@example.com', ...saved.team].map((email, index) => {
    const initials = h('span', { class: `avatar hue-${index % 4}`, 'aria-hidden': 'true' }, email.slice(0, 2).toUpperCase());
    const role = h('span', { class: 'soft' }, index ? 'Invited' : 'Owner');
    return h('li', {}, initials, h('span', { class: 'grow' }, index ? email : 'You'), role);
  });
  const action = primary('#/team/invite', 'Invite teammate');
  replace(main, head('Team', 'Who can see and move the cards.', action), h('ul', { class: 'people' }, ...people));
}

function showGuide() {
  const boards = [
    ['The weekly board', 'Monday: fill To do together. Friday: clear Done together. Nothing stays in Doing over a weekend.'],
    ['The launch board', 'One card for each promise on the announcement. It ships when the board is empty.'],
    ['The inbox board', 'Requests land in To do. Twice a week someone sorts them, and says no to most.'],
  ];
  const parts = boards.map(([title, text]) => h('section', { class: 'tile' }, h('h2', {}, title ?? ''), h('p', {}, text ?? '')));
  replace(main, head('Guide', 'Three boards that work for small teams. Three minutes to read.'), h('div', { class: 'tiles' }, ...parts));
}

function listProjects() {
  const links = saved.projects.map((project) => h('li', {}, h('a', { href: `#/projects/${project.id}` }, project.name)));
  replace(must('#side-list'), ...(links.length ? links : [h('li', { class: 'soft' }, 'None yet')]));
}

function route() {
  const [, view = 'projects', id] = location.hash.split('/');
  const project = saved.projects.find((project) => project.id === id);
  if (project) showProject(project);
  else if (view === 'team') showTeam();
  else if (view === 'guide') showGuide();
  else showProjects();
  listProjects();
  for (const link of document.querySelectorAll('nav a, #side-list a')) {
    const here = link.getAttribute('href') ?? '';
    const isHere = location.hash === here || (here === `#/${view}` && !project);
    if (isHere) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  if (view === 'projects' && id === 'new') open('#project-dialog', '#/projects');
  if (view === 'team' && id === 'invite') open('#invite-dialog', '#/team');
}

/** Shows a dialog whose address is the present one; closing it goes to `behind`. @param {string} selector @param {string} behind */
function open(selector, behind) {
  const dialog = must(selector);
  if (!(dialog instanceof HTMLDialogElement) || dialog.open) return;
  dialog.querySelector('form')?.reset();
  dialog.showModal();
  dialog.onclose = () => {
    if (/\/(new|invite)$/.test(location.hash)) location.hash = behind;
  };
}

/** @param {string} selector @param {(value: string) => void} done */
function onSubmit(selector, done) {
  const dialog = must(selector);
  dialog.querySelector('[data-close]')?.addEventListener('click', () => /** @type {HTMLDialogElement} */ (dialog).close());
  dialog.querySelector('form')?.addEventListener('submit', () => done(dialog.querySelector('input')?.value.trim() ?? ''));
}

function applyTheme() {
  const root = document.documentElement;
  if (saved.theme === 'system') root.removeAttribute('data-theme');
  else root.dataset['theme'] = saved.theme;
  must('#theme').textContent = `Theme: ${saved.theme}`;
}

/** `?lang=ar` shows the page mirrored, with the checklist in Arabic; `?lang=de` in German. */
function applyLanguage() {
  const language = new URLSearchParams(location.search).get('lang');
  if (!language) return;
  must('cairn-checklist').setAttribute('locale', language);
  if (language === 'ar') document.documentElement.dir = 'rtl';
}

onSubmit('#project-dialog', addProject);
onSubmit('#invite-dialog', invite);
must('#theme').addEventListener('click', () => {
  saved.theme = THEMES[(THEMES.indexOf(saved.theme) + 1) % THEMES.length] ?? 'system';
  write();
  applyTheme();
});
must('#start-over').addEventListener('click', async () => {
  Object.assign(saved, { projects: [], team: [] });
  write();
  await document.querySelector('cairn-checklist')?.reset();
  location.hash = '#/projects';
  route();
});
addEventListener('hashchange', route);
applyTheme();
applyLanguage();
route();
