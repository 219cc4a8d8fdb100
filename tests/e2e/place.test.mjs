// Where a card goes: boxes in, a place out; no browser needed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GAP, arrowAt, place, sidesFor } from '../../www/tour/place.js';

const VIEW = { x: 0, y: 0, width: 1000, height: 600 };
const CARD = { width: 300, height: 150 };

test('the wanted side counts while there is room, then the opposite one, then the others', () => {
  const middle = { x: 480, y: 280, width: 40, height: 40 };
  assert.deepEqual(place(middle, CARD, VIEW, sidesFor('top', false)), { x: 350, y: 280 - GAP - 150, side: 'top' });
  assert.deepEqual(place({ ...middle, y: 50 }, CARD, VIEW, sidesFor('top', false)), { x: 350, y: 90 + GAP, side: 'bottom' });
  const tall = { x: 480, y: 20, width: 40, height: 560 };
  assert.equal(place(tall, CARD, VIEW, sidesFor('top', false)).side, 'right');
});

test('start and end follow the direction of writing', () => {
  const middle = { x: 480, y: 280, width: 40, height: 40 };
  assert.equal(place(middle, CARD, VIEW, sidesFor('start', false)).side, 'left');
  assert.equal(place(middle, CARD, VIEW, sidesFor('start', true)).side, 'right');
  assert.equal(place(middle, CARD, VIEW, sidesFor('end', true)).side, 'left');
});

test('a card is wholly in the view wherever its target is, also where no side has room', () => {
  for (const view of [VIEW, { x: 30, y: 40, width: 320, height: 200 }]) {
    for (let x = -200; x <= 1200; x += 37) {
      for (let y = -200; y <= 800; y += 41) {
        const at = place({ x, y, width: 90, height: 30 }, CARD, view, sidesFor('auto', false));
        const isInside = at.x >= view.x && at.y >= view.y && at.x + 300 <= view.x + view.width && at.y + 150 <= view.y + view.height;
        assert.ok(isInside, `${x}, ${y}: ${JSON.stringify(at)}`);
      }
    }
  }
});

test('the arrow points at the middle of the target and stays on the card', () => {
  const at = place({ x: 0, y: 100, width: 40, height: 40 }, CARD, VIEW, sidesFor('bottom', false));
  assert.equal(at.x, 12, 'clear of the edge');
  assert.equal(arrowAt({ x: 0, y: 100, width: 40, height: 40 }, { ...at, ...CARD }, at.side), 20);
  assert.equal(arrowAt({ x: 100, y: 100, width: 40, height: 40 }, { ...at, ...CARD }, at.side), 108);
});
