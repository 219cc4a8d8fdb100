// Plank, a made-up project tool: enough of a product for a checklist and its tours to hold on to. This file is the shell:
// the frame around the pages, the routes and the dialogs.

import { showBoard, shareButton } from './board.js';
import { element as h, must, replace } from './dom.js';
import { addProject, invite } from './product.js';
import { go, here, href, replaceWith, start } from './router.js';
import { forget, saved, write } from './store.js';
import { applyTheme, t, translatePage } from './texts.js';
import { head, showGuide, showProjects, showSettings, showTeam } from './views.js';

const THEMES = ['system', 'light', 'dark'];
const main = must('#main');
const search = /** @type {HTMLInputElement} */ (must('#search'));

function showProject() {
  const project = saved.projects.find(({ id }) => id === here().id);
  if (!project) return showProjects(main, search.value);
  const actions = [shareButton(project), h('a', { class: 'button', href: href('team/invite') }, t('board.invite'))];
  showBoard(main, project, head(project.name, t('board.intro'), ...actions));
}

/** @type {Record<string, () => void>} */
const PAGES = {
  projects: showProject,
  team: () => showTeam(main),
  guide: () => showGuide(main),
  settings: () => showSettings(main),
};

function listProjects() {
  const links = saved.projects.map((project) => h('li', {}, h('a', { href: href(`projects/${project.id}`) }, project.name)));
  replace(must('#side-list'), ...(links.length ? links : [h('li', { class: 'soft' }, t('side.none'))]));
}

function render() {
  const { name, id, sub } = here();
  (PAGES[name] ?? showProject)();
  listProjects();
  const pages = [`projects/${id}`, name];
  const links = [...document.querySelectorAll('nav a, #side-list a')];
  const current = pages.map((page) => links.find((link) => link.getAttribute('href') === href(page))).find(Boolean);
  for (const link of links) {
    if (link === current) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  const asked = `${name}/${id}`;
  showDialog('#project-dialog', asked === 'projects/new', 'projects');
  showDialog('#invite-dialog', asked === 'team/invite', 'team');
  const card = saved.projects.find((it) => it.id === id)?.cards.find((it) => it.id === sub);
  if (card) fillCard(card);
  showDialog('#card-dialog', card !== undefined, `projects/${id}`);
}

/** @param {import('./store.js').Card} card */
function fillCard(card) {
  must('#card-title').textContent = card.text;
  /** @type {HTMLTextAreaElement} */ (must('#card-note')).value = card.note;
  /** @type {HTMLInputElement} */ (must('#card-due')).value = card.due;
}

/**
 * Shows a modal dialog while its address is the present one; closing it goes to `behind`.
 * @param {string} selector
 * @param {boolean} isWanted
 * @param {string} behind
 */
function showDialog(selector, isWanted, behind) {
  const dialog = /** @type {HTMLDialogElement} */ (must(selector));
  if (isWanted === dialog.open) return;
  if (!isWanted) return dialog.close('away');
  if (selector !== '#card-dialog') dialog.querySelector('form')?.reset();
  dialog.returnValue = '';
  dialog.onclose = () => {
    if (dialog.returnValue !== 'away') replaceWith(behind);
  };
  dialog.showModal();
}

/** @param {string} selector @param {(dialog: HTMLDialogElement) => void} done */
function onSubmit(selector, done) {
  const dialog = /** @type {HTMLDialogElement} */ (must(selector));
  dialog.querySelector('[data-close]')?.addEventListener('click', () => dialog.close());
  dialog.querySelector('form')?.addEventListener('submit', () => done(dialog));
}

/** @param {HTMLDialogElement} dialog */
const firstField = (dialog) => dialog.querySelector('input')?.value.trim() ?? '';

/** @param {(card: import('./store.js').Card, project: import('./store.js').Project) => void} change */
function changeCard(change) {
  const project = saved.projects.find(({ id }) => id === here().id);
  const card = project?.cards.find(({ id }) => id === here().sub);
  if (!project || !card) return;
  change(card, project);
  write();
}

function showTheme() {
  applyTheme();
  must('#theme').textContent = t('about.theme', { theme: t(`theme.${saved.theme}`) });
}

translatePage();
showTheme();
must('#workspace-name').textContent = saved.account.workspace || 'Plank';
onSubmit('#project-dialog', (dialog) => {
  const id = addProject(firstField(dialog));
  dialog.close('away');
  go(`projects/${id}`);
});
onSubmit('#invite-dialog', (dialog) => {
  invite(firstField(dialog));
  dialog.close('away');
  go('team');
});
onSubmit('#card-dialog', () =>
  changeCard((card) => {
    card.note = /** @type {HTMLTextAreaElement} */ (must('#card-note')).value;
    card.due = /** @type {HTMLInputElement} */ (must('#card-due')).value;
  }),
);
must('#card-delete').addEventListener('click', () => {
  changeCard((card, project) => project.cards.splice(project.cards.indexOf(card), 1));
  /** @type {HTMLDialogElement} */ (must('#card-dialog')).close();
});
search.addEventListener('input', () => {
  if (here().name === 'projects' && !here().id) render();
  else go('projects');
});
must('#theme').addEventListener('click', () => {
  saved.theme = THEMES[(THEMES.indexOf(saved.theme) + 1) % THEMES.length] ?? 'system';
  write();
  showTheme();
});
must('#start-over').addEventListener('click', async () => {
  forget();
  await document.querySelector('cairn-checklist')?.reset();
  location.assign('signup.html');
});
start(render);
