// Without a framework.

/** @typedef {import('../../www/cairn-checklist.d.ts').CairnChecklistElement} Checklist */

const checklist = /** @type {Checklist} */ (document.querySelector('cairn-checklist'));
const progress = /** @type {HTMLElement} */ (document.querySelector('#progress'));

checklist.traits = { plan: 'team' };
checklist.addEventListener('cairn:progress', ({ detail }) => {
  progress.textContent = `${detail.done} of ${detail.total}`;
});
document.querySelector('#make')?.addEventListener('click', () => checklist.track('project_created'));
