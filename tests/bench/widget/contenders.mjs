// Who is measured: what finds their parts on the page. Paths go on inside shadow roots after " >>> ".

/**
 * @typedef {object} Contender
 * @property {string} name also of its module in contenders/, if it has one
 * @property {string} title what the report says
 * @property {string} [launcher] the button that opens the list
 * @property {string} [panel] the list
 * @property {string} [card] the card of a tour's step
 * @property {string} [body] what of it stands in the page
 */

/** @type {Contender[]} */
export const CONTENDERS = [
  { name: 'nothing', title: 'the host page alone' },
  {
    name: 'cairn',
    title: 'Cairn',
    launcher: 'cairn-checklist >>> [part=launcher]',
    panel: 'cairn-checklist >>> [part=panel]',
    card: 'cairn-checklist >>> cairn-tour >>> [part~=card]',
    body: '<script type="module" src="cairn/cairn-checklist.js"></script><cairn-checklist src="definition.json" user="u"></cairn-checklist>',
  },
  { name: 'flows', title: 'Flows, vanilla', launcher: '.flows_basicsV2_floating_checklist_widget_button', panel: '.flows_basicsV2_floating_checklist_popover', card: '.flows_basicsV2_tooltip_tooltip' },
  { name: 'joyride', title: 'react-joyride (with React)', card: '[role=alertdialog]' },
  { name: 'driver', title: 'driver.js', card: '.driver-popover' },
  { name: 'shepherd', title: 'shepherd.js', card: '.shepherd-element' },
  { name: 'intro', title: 'intro.js', card: '.introjs-tooltip' },
];

/** The same texts for all. */
export const DEFINITION = {
  version: 1,
  id: 'bench',
  title: 'First steps',
  tasks: [
    { id: 'look', title: 'Look around', detail: 'Two minutes.', complete_when: 'manual', action: { label: 'Show me', tour: 'around' } },
    { id: 'make', title: 'Make a board', detail: 'Any board.', complete_when: { event: 'made' } },
    { id: 'invite', title: 'Invite a teammate', detail: 'By mail.', complete_when: { event: 'invited' } },
  ],
  tours: [{ id: 'around', title: 'Here', steps: [{ target: '#target', text: 'Press here.', placement: 'bottom', advance_when: 'clicked' }] }],
};

/** A page of a product, with a target in a scroller in a scroller. @param {Contender} contender */
export function hostPage({ name, body = `<script type="module" src="${name}.js"></script><link rel="stylesheet" href="${name}.css">` }) {
  const rows = Array.from({ length: 200 }, (_, at) => `<li>Card ${at}</li>`).join('');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A product</title>
    <meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,"><style>
    body { margin: 0; font: 16px sans-serif; } #push { height: 20px; }
    #outer { height: 420px; width: 600px; overflow: auto; } #inner { height: 300px; overflow: auto; margin: 60px 0 600px; }
    #inner > div { height: 700px; padding: 60px 0 0 120px; }
    </style></head><body><header><h1>A product</h1></header><main><div id="push"></div>
    <div id="outer" tabindex="0"><div id="inner" tabindex="0"><div><button id="target">New board</button></div></div></div><ul>${rows}</ul></main>
    ${name === 'nothing' ? '' : body}</body></html>`;
}
