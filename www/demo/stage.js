// The page that the playground's checklist is on: enough to point at, and it says what was done.

import { element as h, must, replace } from './dom.js';

const names = ['Acme Studio', 'Northwind', 'Globex', 'Initech', 'Umbrella Cafés'];
const list = must('#list');
const customer = /** @type {HTMLInputElement} */ (must('#customer'));
const say = (/** @type {string} */ event) => document.querySelector('cairn-checklist')?.track(event);

function show() {
  const items = names.map((name, index) => h('li', { id: `invoice-${index + 1}` }, h('span', { class: 'grow' }, name), h('span', { class: 'soft' }, `#${1000 + index}`)));
  replace(list, ...items);
}

must('#new').addEventListener('click', () => customer.focus());
must('#export').addEventListener('click', () => void say('invoices_exported'));
must('#form').addEventListener('submit', (event) => {
  event.preventDefault();
  const name = customer.value.trim();
  if (!name) return customer.focus();
  names.unshift(name);
  customer.value = '';
  show();
  void say('invoice_saved');
});
show();
