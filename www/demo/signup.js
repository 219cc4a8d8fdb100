// The way into Plank. It keeps what was typed and loads the product, as a page of its own does.

import { must } from './dom.js';
import { saved, write } from './store.js';
import { t, translatePage } from './texts.js';

translatePage();
document.title = `${t('signup.title')} · Plank`;
const form = /** @type {HTMLFormElement} */ (must('#signup'));
form.addEventListener('submit', (event) => {
  event.preventDefault();
  const field = (/** @type {string} */ name) => `${new FormData(form).get(name)}`.trim();
  saved.account = { name: field('name'), email: field('email'), workspace: field('workspace') };
  write();
  location.assign('./');
});
