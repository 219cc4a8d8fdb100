// A router as single-page products have it: the page is in `?page=`, which any static host can serve again on a reload,
// and changes by pushState. Links are followed wherever they are, also inside the shadow roots of other people's elements.

/** @type {() => void} */
let show = () => {};

/** The page that the address asks for: its name, and what comes after it. */
export function here() {
  const [name = 'projects', ...rest] = (new URLSearchParams(location.search).get('page') ?? 'projects').split('/');
  return { name, id: rest[0] ?? '', sub: rest[1] ?? '' };
}

/** @param {string} page */
export const href = (page) => `?page=${page}`;

/** Goes to a page as a link does. @param {string} page */
export function go(page) {
  if (location.search === href(page)) return show();
  history.pushState(null, '', href(page));
  scrollTo(0, 0);
  show();
}

/** Puts another page in the place of this one in the history. @param {string} page */
export function replaceWith(page) {
  history.replaceState(null, '', href(page));
  show();
}

/** @param {() => void} render shows what `here` says */
export function start(render) {
  show = render;
  addEventListener('popstate', show);
  document.addEventListener('click', (event) => {
    const link = event.composedPath().find((it) => it instanceof HTMLAnchorElement);
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.defaultPrevented;
    const page = link && isInside(link) ? new URL(link.href).searchParams.get('page') : null;
    if (!isPlain || page === null) return;
    event.preventDefault();
    go(page);
  });
  show();
}

/** @param {HTMLAnchorElement} link */
const isInside = (link) => !link.target && link.origin === location.origin && link.pathname === location.pathname;
