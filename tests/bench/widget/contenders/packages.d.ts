// The little of the contenders' packages that the bench uses: they are installed by the bench alone, and the check of types
// must do without them.

declare module 'driver.js' {
  export function driver(options: object): { drive(): void };
}

declare module 'shepherd.js' {
  class Tour {
    constructor(options: object);
    addStep(step: object): void;
    next(): void;
    start(): void;
  }
  const Shepherd: { Tour: typeof Tour };
  export default Shepherd;
}

declare module 'intro.js' {
  const introJs: { tour(): { setOptions(options: object): void; start(): void } };
  export default introJs;
}

declare module 'react' {
  export function createElement(component: unknown, properties?: object): object;
  export function useState(start: boolean): [boolean, (next: boolean) => void];
}

declare module 'react-dom/client' {
  export function createRoot(place: Element): { render(element: object): void };
}

declare module 'react-joyride' {
  export const Joyride: unknown;
}

declare module '@flows/js' {
  export function init(options: object): void;
}

declare module '@flows/js-components' {
  export function setupJsComponents(options: object): void;
}

declare module '@flows/js-components/components' {
  export const BasicsV2FloatingChecklist: typeof HTMLElement;
}

declare module '@flows/js-components/tour-components' {
  export const BasicsV2Tooltip: typeof HTMLElement;
}

declare module '@flows/js-components/survey-components' {}
declare module '*.css' {}
