/** What the widget asks of the tours' part, and what that tells the widget; all crosses as JSON text. */

/** A step to show. */
export interface Step {
  /** Selector; without one the card stands in the middle. */
  target?: string;
  highlights: string[];
  title: string;
  text: string;
  /** auto, top, bottom, start or end. */
  placement: string;
  /** Whether the page is out of use while it shows. */
  modal: boolean;
  /** Milliseconds for which a target that is missing is waited for. */
  wait: number;
  /** What then: skip, center or pause. */
  missing: string;
  /** Whether the person moves on by doing the thing itself. */
  acts: boolean;
  /** Whether the focus should not move: the tour went on by itself on another page. */
  quiet: boolean;
  /** The texts of the card; a button without one is not there. */
  words: { count: string; close: string; next?: string; back?: string; language: string };
}

/** What to look out for on the page. */
export interface Watch {
  /** Selectors of elements whose being there is of interest. */
  element: string[];
  clicked: string[];
  filled: string[];
  /** Whether changes of the address are. */
  address: boolean;
}

/**
 * What happened: `next`, `back` and `close` were pressed; `shown` is a step that shows; `missing` is a target that was
 * waited for in vain; `element`, `clicked` and `filled` are signals of a selector, `start` where they were there at the first
 * look; `address` is another page of the same document. A step that is `shown` and did not get the focus is `unheard`: to be read out.
 */
export type Report = (
  what: 'next' | 'back' | 'close' | 'shown' | 'missing' | 'element' | 'clicked' | 'filled' | 'address',
  selector: string,
  when: 'start' | '',
) => void;
