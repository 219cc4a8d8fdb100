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
  path?: string;
  variant?: string;
  segment?: string;
  /** The task's id; of an answer, the question's. */
  task?: string;
  /** The number of a tour's step, or of a question, from 1. */
  step?: number;
  tour?: string;
  value?: string;
  text?: string;
  url: string;
}

/** A checklist; cairn-checklist.schema.json says the same with ranges. */
export interface Definition {
  version: 1;
  revision?: string | number;
  id: string;
  title: string;
  welcome?: string;
  farewell?: string;
  locale?: Record<string, Texts>;
  snooze_hours?: number;
  ask_helpful?: boolean;
  levels?: { id: string; title: string; when?: Condition }[];
  tasks: Task[];
  paths?: { id: string; tasks: string[]; when?: Condition }[];
  control?: { path: string; holdout?: number };
  variants?: { experiment: string; arms: { id: string; share: number; texts?: Texts; locale?: Record<string, Texts> }[] };
  /** What the workbench exports: docs/segments-format.md. */
  segments?: { version: 1; revenue?: string; needs?: unknown; segments: { name: string; segment: { kind: string; [part: string]: unknown } }[] };
  tours?: { id: string; title?: string; steps: Step[] }[];
  nudges?: Nudge[];
  survey?: { id: string; when?: Condition; questions: Question[] };
  help?: {
    specialist?: { name: string; picture?: string; contact: string };
    community?: { title: string; link: string };
    knowledge_base?: { title: string; link: string };
  };
  $schema?: string;
}

/** Texts in place of a definition's, at the same places; items of lists by id, or by number from 0. */
export interface Texts {
  [place: string]: string | string[] | Texts | Texts[];
}

export interface Task {
  id: string;
  title: string;
  detail?: string;
  minutes?: number;
  owner?: 'customer' | 'specialist';
  level?: string;
  requires?: string[];
  when?: Condition;
  action?: Action;
  complete_when: Condition;
  due_days?: number;
  milestone?: string;
  reward?: { message: string; celebration?: boolean; event?: string };
  resources?: { kind?: 'article' | 'video' | 'webinar' | 'community'; title: string; link: string }[];
}

export type Action =
  | { label: string; link: string }
  | { label: string; event: string }
  | { label: string; tour: string };

export interface Step {
  target?: string;
  highlights?: string[];
  title?: string;
  text: string;
  placement?: 'auto' | 'top' | 'bottom' | 'start' | 'end';
  advance_when?: 'clicked' | 'filled' | Condition;
  modal?: boolean;
  wait_millis?: number;
  missing?: 'skip' | 'center' | 'pause';
}

export interface Nudge {
  id: string;
  text: string;
  after: { idle_hours: number } | Condition;
  when?: Condition;
  task?: string;
  action?: Action;
  times?: number;
}

export type Question = { id: string; text: string; low?: string; high?: string } & (
  | { kind: 'nps' | 'csat' | 'ces' | 'text' }
  | { kind: 'choice'; options: string[] }
);

export interface Test {
  is?: unknown;
  one_of?: unknown[];
  at_least?: number;
  at_most?: number;
}

export type Condition =
  | 'manual'
  | 'finished'
  | {
      event: string;
      where?: Record<string, string | number | boolean | null | Test>;
      times?: number;
      within_days?: number;
      within_hours?: number;
    }
  | ({ trait: string } & Test)
  | { segment: string }
  | { variant: string }
  | { path: string }
  | { task: string }
  | { tour: string }
  | { url: string }
  | { element: string }
  | { clicked: string }
  | { filled: string }
  | { all: Condition[] }
  | { any: Condition[] }
  | { not: Condition };

/** Where progress is kept, if not in the browser's storage: texts by key. */
export interface Adapter {
  get(key: string): string | null | undefined | Promise<string | null | undefined>;
  set(key: string, text: string): unknown;
}

export interface CairnChecklistElement extends HTMLElement {
  /** The definition, instead of the `src` attribute; an object that can be written as JSON. */
  definition: Definition | undefined;
  /** What the page tells of the person: an object that can be written as JSON. */
  traits: unknown;
  /** Counts an event of the product. */
  track(event: string, properties?: Record<string, unknown>): Promise<void>;
  /** Marks a task as done; a locked one as soon as it unlocks. */
  complete(task: string): Promise<void>;
  /** Takes back a task, or all of them; earlier events count no more. */
  reset(task?: string): Promise<void>;
  /** A storage of the host's own; set it before the element is connected, or the list starts anew with it. */
  adapter: Adapter | undefined;
  /** Puts the list away for so long; as long as the definition says without a number. */
  snooze(millis?: number): Promise<void>;
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
  'cairn:reward': CustomEvent<{ task: string }>;
  /** Answers by question id. */
  'cairn:survey': CustomEvent<Record<string, string>>;
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
  refresh?(): void;
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
    area: Pick<Storage, 'getItem' | 'setItem'> | undefined,
    importTours: () => Promise<unknown>,
  ) => View;
}
