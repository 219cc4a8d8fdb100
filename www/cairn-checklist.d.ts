/** What a host page can do with `<cairn-checklist>`, in TypeScript. */

/** How far a person is. */
export interface Progress {
  /** Visible tasks that are done. */
  done: number;
  /** Visible tasks. */
  total: number;
  /** Whether the checklist is finished; stays so when a later revision brings new tasks. */
  finished: boolean;
}

/** A row of the log. Fields without a value are left out. */
export interface LogRow {
  user_id: string;
  /** ISO 8601, UTC. */
  time: string;
  event: string;
  checklist: string;
  version: string;
  segment?: string;
  task?: string;
  tour?: string;
  /** From 1. */
  step?: number;
  value?: string;
  url: string;
}

export interface CairnChecklistElement extends HTMLElement {
  /** The definition, instead of the `src` attribute; an object that can be written as JSON. */
  definition: unknown;
  /** What the page tells of the person: an object that can be written as JSON. */
  traits: unknown;
  /** Counts an event of the product. */
  track(event: string, properties?: Record<string, unknown>): Promise<void>;
  /** Marks a task as done; a locked one as soon as it unlocks. */
  complete(task: string): Promise<void>;
  /** Takes back a task, or all of them; earlier events count no more. */
  reset(task?: string): Promise<void>;
  /** Begins a tour, or goes on with it where it was left. */
  start_tour(tour: string): Promise<void>;
  open(): void;
  close(): void;
  progress(): Promise<Progress | undefined>;
  log(): Promise<LogRow[] | undefined>;
  /** The log as NDJSON, as the workbench reads it. */
  export_log(): Promise<string | undefined>;
}

/** The element's events; all bubble and leave shadow roots. */
export interface CairnChecklistEvents {
  'cairn:ready': CustomEvent<Progress>;
  'cairn:task': CustomEvent<{ id: string; state: 'open' | 'done'; by?: 'already' | 'event' | 'host' | 'person' }>;
  'cairn:progress': CustomEvent<Progress>;
  'cairn:complete': CustomEvent<Progress>;
  'cairn:tour': CustomEvent<{ id: string; state: 'running' | 'paused' | 'finished' | 'left'; step?: number }>;
  'cairn:log': CustomEvent<LogRow>;
  'cairn:error': CustomEvent<{ message: string; path?: string }>;
}

declare global {
  interface HTMLElementTagNameMap {
    'cairn-checklist': CairnChecklistElement;
  }
  interface HTMLElementEventMap extends CairnChecklistEvents {}
}

/** What stands behind a connected element: the widget, or the static list. */
export interface View {
  sync_open?(): void;
  focus_heading?(): void;
  free?(): void;
}

/** The generated module. */
export interface Widget {
  default(source: { module_or_path: string }): Promise<unknown>;
  Checklist: new (
    host: HTMLElement,
    root: ShadowRoot,
    definition: string,
    traits: string,
    language: string,
    glanceKey: string,
    openPage: (report: (what: string, selector: string, when: string) => void) => Promise<unknown>,
  ) => View;
}
