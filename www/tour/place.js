// Where a card goes beside its target: a pure function of boxes.

/** @typedef {import('./target.js').Box} Box */
/** @typedef {'top' | 'bottom' | 'left' | 'right'} Side */

/** Between target and card, in CSS pixels: the ring and the arrow are in between. */
export const GAP = 14;

/** Between card and the window's edge. */
const MARGIN = 12;

/** @type {Record<Side, Side>} */
const OPPOSITE = { top: 'bottom', bottom: 'top', left: 'right', right: 'left' };

/**
 * The sides in the order in which they are tried.
 * @param {string} wanted auto, top, bottom, start or end
 * @param {boolean} isRtl
 * @returns {Side[]}
 */
export function sidesFor(wanted, isRtl) {
  const [start, end] = /** @type {[Side, Side]} */ (isRtl ? ['right', 'left'] : ['left', 'right']);
  const first = /** @type {Side} */ ({ start, end, top: 'top' }[wanted] ?? 'bottom');
  return [...new Set([first, OPPOSITE[first], /** @type {Side} */ ('bottom'), /** @type {Side} */ ('top'), end, start])];
}

/**
 * The card's place, wholly inside the view. The first side with room for it counts; where there is none, the wider of
 * above and below, and the card then covers part of the target. A side once taken is kept while it has room (pass it
 * first), so that the card does not flutter.
 * @param {Box} target
 * @param {{ width: number, height: number }} card
 * @param {Box} view
 * @param {Side[]} sides
 * @returns {{ x: number, y: number, side: Side }}
 */
export function place(target, card, view, sides) {
  const room = {
    top: target.y - view.y,
    bottom: view.y + view.height - target.y - target.height,
    left: target.x - view.x,
    right: view.x + view.width - target.x - target.width,
  };
  const isUpright = (/** @type {Side} */ side) => side === 'top' || side === 'bottom';
  const fits = (/** @type {Side} */ side) => room[side] >= GAP + MARGIN + (isUpright(side) ? card.height : card.width);
  const side = sides.find(fits) ?? (room.top > room.bottom ? 'top' : 'bottom');
  const x = {
    top: target.x + (target.width - card.width) / 2,
    left: target.x - GAP - card.width,
    right: target.x + target.width + GAP,
  };
  const y = {
    top: target.y - GAP - card.height,
    bottom: target.y + target.height + GAP,
    left: target.y + (target.height - card.height) / 2,
  };
  return {
    x: clamp(side === 'left' || side === 'right' ? x[side] : x.top, view.x + MARGIN, view.x + view.width - MARGIN - card.width),
    y: clamp(isUpright(side) ? y[/** @type {'top' | 'bottom'} */ (side)] : y.left, view.y + MARGIN, view.y + view.height - MARGIN - card.height),
    side,
  };
}

/**
 * Where the arrow points from, along the card's edge.
 * @param {Box} target
 * @param {{ x: number, y: number, width: number, height: number }} card
 * @param {Side} side
 */
export function arrowAt(target, card, side) {
  const isUpright = side === 'top' || side === 'bottom';
  const [middle, start, length] = isUpright
    ? [target.x + target.width / 2, card.x, card.width]
    : [target.y + target.height / 2, card.y, card.height];
  return clamp(middle - start, 20, length - 20);
}

/** @param {number} value @param {number} least @param {number} most */
const clamp = (value, least, most) => Math.max(least, Math.min(value, most));
