// The plan chooser, a page of its own that the settings show in a frame, as payment providers do it.

import { must } from './dom.js';
import { saved, write } from './store.js';
import { t, translatePage } from './texts.js';

translatePage();
const form = /** @type {HTMLFormElement} */ (must('#plans'));
/** @type {HTMLInputElement} */ (must(`[value="${saved.plan}"]`)).checked = true;

form.addEventListener('submit', (event) => {
  event.preventDefault();
  saved.plan = `${new FormData(form).get('plan')}`;
  write();
  must('#chosen').textContent = t('billing.chosen', { plan: t(`billing.${saved.plan}`) });
  const product = parent.document.querySelector('cairn-checklist');
  void product?.track('plan_chosen', { plan: saved.plan });
});
