// Looking at the page at the end of every frame.

/**
 * Calls `look` in each frame after layout, when everything has moved that will move in it, and before it is painted.
 * An animation frame alone is too early: what the page moves in a later callback of the same frame would be seen one frame
 * late. So a beacon changes its size in each, and a ResizeObserver, which is told after layout, does the looking.
 * @param {ParentNode & Node} parent where the beacon may be
 * @param {() => void} look
 * @returns {() => void} ends it
 */
export function everyFrame(parent, look) {
  const beacon = document.createElement('i');
  beacon.part.add('beacon');
  parent.append(beacon);
  const observer = new ResizeObserver(look);
  observer.observe(beacon);
  let isWide = false;
  let frame = 0;
  const tick = () => {
    isWide = !isWide;
    beacon.style.width = isWide ? '2px' : '1px';
    frame = requestAnimationFrame(tick);
  };
  tick();
  return () => {
    cancelAnimationFrame(frame);
    observer.disconnect();
    beacon.remove();
  };
}
