/// <reference path="./packages.d.ts" />
// Flows' vanilla components as its documentation begins. Its server answers at once, in here, with no blocks; the list and
// the tooltip are made by hand, so that they wait for nothing.
import { init } from '@flows/js';
import { setupJsComponents } from '@flows/js-components';
import * as components from '@flows/js-components/components';
import * as tourComponents from '@flows/js-components/tour-components';
import * as surveyComponents from '@flows/js-components/survey-components';
import '@flows/js-components/index.css';

init({
  organizationId: 'a',
  environment: 'production',
  userId: 'u',
  customFetch: async () => new Response(JSON.stringify({ blocks: [] }), { headers: { 'content-type': 'application/json' } }),
});
setupJsComponents({ components, tourComponents, surveyComponents });
customElements.define('bench-checklist', class extends components.BasicsV2FloatingChecklist {});
customElements.define('bench-tooltip', class extends tourComponents.BasicsV2Tooltip {});

const done = () => ({ value: false, setValue() {}, triggers: [] });
const item = (/** @type {string} */ title, /** @type {string} */ description) => ({ title, description, completed: done() });
document.body.append(
  Object.assign(document.createElement('bench-checklist'), {
    __flows: { id: 'list', workflowId: 'w' },
    widgetTitle: 'Getting started',
    popupTitle: 'First steps',
    popupDescription: '',
    completedTitle: 'Done',
    completedDescription: '',
    position: 'bottom-right',
    items: [item('Look around', 'Two minutes.'), item('Make a board', 'Any board.'), item('Invite a teammate', 'By mail.')],
    complete() {},
    close() {},
  }),
);
Reflect.set(globalThis, 'startTour', () =>
  document.body.append(
    Object.assign(document.createElement('bench-tooltip'), {
      __flows: { id: 'here', workflowId: 'w' },
      title: 'Here',
      body: 'Press here.',
      targetElement: '#target',
      placement: 'bottom',
      dismissible: true,
      continue() {},
      cancel() {},
    }),
  ),
);
