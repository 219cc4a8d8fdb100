// The loader of <cairn-checklist>: defines the element, shows its launcher at once, and fetches the rest when it is
// wanted. Whatever goes wrong ends on the console and in a `cairn:error` event, never as an error in the host page.

/** @typedef {import('./cairn-checklist.d.ts').View} View */
/** @typedef {import('./cairn-checklist.d.ts').Widget} Widget */

const at = (/** @type {string} */ file) => /** @type {any} */ (new URL(file, import.meta.url));

// One sheet for all elements of the page. Nothing shows before it is there, so that nothing flashes unstyled.
const sheet = new CSSStyleSheet();
sheet.replaceSync(':host{display:none}');
fetch(at('./widget.css'))
  .then((response) => (response.ok ? response.text() : ''), () => '')
  .then((css) => sheet.replaceSync(css));

/** @type {Promise<Partial<Widget> & { error?: Error }> | undefined} Of an error, where wasm cannot run. */
let loading;
const load = () =>
  (loading ??= import(at('./cairn-widget.js'))
    .then(async (widget) => {
      await widget.default({ module_or_path: at('./cairn-widget_bg.wasm') });
      return widget;
    })
    .catch((error) => ({ error })));

const complain = (/** @type {unknown} */ message) => console.error(`cairn-checklist: ${message}`);

const idle = globalThis.requestIdleCallback ?? setTimeout;

/** @type {any} */
const labels = { en: 'Getting started', de: 'Erste Schritte', ar: 'الخطوات الأولى' };

class CairnChecklist extends HTMLElement {
  static observedAttributes = ['src', 'user', 'segment', 'locale', 'heading-level', 'storage', 'open'];

  #root = this.attachShadow({ mode: 'open' });
  #launcher = document.createElement('button');
  /** @type {AbortController | undefined} There while the element is connected. */
  #run;
  /** @type {View | undefined} */
  #view;
  /** @type {((_?: unknown) => void)[]} What goes on once there is a view: calls made earlier. */
  #queue = [];
  /** @type {unknown} */
  #definition;
  /** @type {unknown} */
  #traits;
  /** @type {import('./cairn-checklist.d.ts').Adapter | undefined} */
  #adapter;
  #isLoading = false;
  #isUsed = false;

  static {
    for (const name of ['track', 'complete', 'reset', 'snooze', 'start_tour', 'progress', 'log', 'export_log']) {
      /** @type {any} */ (this.prototype)[name] = function (/** @type {unknown[]} */ ...args) {
        return this.#call(name, args);
      };
    }
  }

  constructor() {
    super();
    this.#root.adoptedStyleSheets = [sheet];
    this.#root.addEventListener('keydown', (event) => {
      if (/** @type {KeyboardEvent} */ (event).key !== 'Escape' || !this.hasAttribute('open')) return;
      event.stopPropagation();
      this.close();
      this.#launcher.focus();
    });
    this.#launcher.part.add('launcher');
    this.#launcher.onclick = () => {
      this.#isUsed = true;
      this.toggleAttribute('open');
    };
  }

  connectedCallback() {
    // What was set before the element was defined hides the accessors.
    const it = /** @type {any} */ (this);
    for (const [name, value] of Object.entries(it)) {
      if (!(name in CairnChecklist.prototype)) continue;
      delete it[name];
      it[name] = value;
    }
    if (!this.#run) this.#start();
  }

  disconnectedCallback() {
    // An element that was only moved is connected again by then, and goes on as it was.
    queueMicrotask(() => this.isConnected || this.#stop());
  }

  /** @param {string} name @param {string | null} before @param {string | null} now */
  attributeChangedCallback(name, before, now) {
    if (name === 'open') this.#syncOpen();
    else if (before !== now) this.#restart();
  }

  get definition() {
    return this.#definition;
  }
  set definition(value) {
    this.#definition = value;
    this.#restart();
  }
  get traits() {
    return this.#traits;
  }
  set traits(value) {
    this.#traits = value;
    this.#call('set_traits', [value ?? null]);
  }

  get adapter() {
    return this.#adapter;
  }
  set adapter(value) {
    this.#adapter = value;
    this.#restart();
  }

  open() {
    this.setAttribute('open', '');
  }
  close() {
    this.removeAttribute('open');
  }

  get #language() {
    return this.getAttribute('locale') || /** @type {HTMLElement | null} */ (this.closest('[lang]'))?.lang || 'en';
  }
  get #glanceKey() {
    return `cairn:glance:${this.getAttribute('src') ?? this.id}:${this.getAttribute('user') ?? ''}`;
  }

  #start() {
    const run = (this.#run = new AbortController());
    this.#isLoading = false;
    this.#launcher.textContent = labels[this.#language.slice(0, 2)] ?? labels.en;
    this.#root.replaceChildren(this.#launcher);
    this.#glance();
    const seen = new IntersectionObserver((entries) => entries.some((it) => it.isIntersecting) && idle(() => this.#load()));
    seen.observe(this.#launcher);
    // What hangs on time: dates, the end of a snooze, nudges.
    const clock = setInterval(() => this.#view?.refresh?.(), 60_000);
    run.signal.onabort = () => {
      seen.disconnect();
      clearInterval(clock);
    };
    this.#syncOpen();
    if (this.#queue.length) this.#load();
  }

  #stop() {
    this.#run?.abort();
    // A listener of the host may have led here from inside the view.
    const view = this.#view;
    queueMicrotask(() => view?.free?.());
    this.#run = this.#view = undefined;
    this.#root.replaceChildren();
  }

  #restart() {
    if (!this.#run) return;
    this.#stop();
    this.#start();
  }

  /** Shows what the model stored for this moment: a count, or that the list was put away. An adapter is waited for a little. */
  async #glance() {
    const { dataset } = this.#launcher;
    try {
      this.#launcher.hidden = !!this.#adapter;
      const text = this.#adapter
        ? await (await import(at('./cairn-adapter.js'))).glance(this.#adapter, this.#glanceKey)
        : (this.getAttribute('storage') === 'session' ? sessionStorage : localStorage).getItem(this.#glanceKey);
      const { version, done, total, hidden_until } = JSON.parse(`${text}`);
      if (version === 1 && !this.#view) {
        dataset['count'] = `${done}/${total}`;
        this.#launcher.toggleAttribute('data-away', hidden_until > Date.now());
      }
    } catch {}
    this.#launcher.hidden = false;
  }

  /** The definition as JSON text. @param {AbortSignal} signal */
  async #source(signal) {
    if (this.#definition) return JSON.stringify(this.#definition);
    const src = this.getAttribute('src');
    if (!src) throw 'set src or definition';
    const response = await fetch(src, { signal });
    if (!response.ok) throw `${src} answered ${response.status}`;
    return response.text();
  }

  async #load() {
    const signal = this.#run?.signal;
    if (!signal || this.#isLoading) return;
    this.#isLoading = true;
    const loaded = load();
    try {
      const definition = await this.#source(signal);
      const widget = await loaded;
      if (signal.aborted) return;
      if (widget.Checklist) {
        const traits = JSON.stringify(this.#traits ?? null);
        const area = this.#adapter && (await (await import(at('./cairn-adapter.js'))).area(this, definition, this.#glanceKey));
        if (signal.aborted) return;
        this.#view = new widget.Checklist(this, this.#root, definition, traits, this.#language, this.#glanceKey, area, (/** @type {(tours: object) => void} */ use) => import(at('./cairn-tour.js')).then(use, complain));
      } else {
        const { view } = await import(at('./cairn-static.js'));
        this.#view = view(this, this.#root, definition, widget.error);
      }
      this.#syncOpen();
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
    for (const go of this.#queue.splice(0)) go();
  }

  #syncOpen() {
    const isOpen = this.hasAttribute('open');
    this.#launcher.ariaExpanded = `${isOpen}`;
    if (!this.#view) return void (isOpen && this.#load());
    this.#view.sync_open?.();
    if (isOpen && this.#isUsed) this.#view.focus_heading?.();
    this.#isUsed = false;
  }

  /** @param {string} name @param {unknown[]} args */
  async #call(name, args) {
    if (!this.#view) {
      await new Promise((go) => {
        this.#queue.push(go);
        this.#load();
      });
    }
    try {
      const plain = args.map((value) => (typeof value === 'object' ? JSON.stringify(value) : value && `${value}`));
      return /** @type {any} */ (this.#view)?.[name]?.(...plain);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Shows nothing any more, and says why. @param {any} error */
  #fail(error) {
    this.#root.replaceChildren();
    this.#view = {};
    const { message = error, path } = error ?? '';
    complain(message);
    this.dispatchEvent(new CustomEvent('cairn:error', { detail: { message, path }, bubbles: true, composed: true }));
  }
}

if (!customElements.get('cairn-checklist')) customElements.define('cairn-checklist', CairnChecklist);
