// How long the page's thread is kept from hearing the person: the tasks of a trace.

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {{ cpuMillis: number, wallMillis: number, within: string[] }} Task */

const CATEGORIES = 'toplevel,blink.user_timing,devtools.timeline,disabled-by-default-devtools.timeline';

/** Tells the page's main thread from those of other pages. */
const MARK = 'cairn-trace-begins';

/**
 * The tasks of the page's main thread while something is done, longest first; those under a millisecond are left out.
 * A task's time on the processor is what the page is to blame for: on a busy machine a task also waits for others, and
 * the browser collects garbage when it likes.
 * @param {Page} page
 * @param {() => Promise<unknown>} act
 * @returns {Promise<Task[]>}
 */
export async function tasksDuring(page, act) {
  const session = await page.context().newCDPSession(page);
  /** @type {any[]} */
  const events = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...value));
  await session.send('Tracing.start', { transferMode: 'ReportEvents', categories: CATEGORIES });
  await page.evaluate((mark) => void performance.mark(mark), MARK);
  await act();
  const done = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.end');
  await done;
  await session.detach();
  const { pid, tid } = events.find((event) => event.name === MARK);
  const own = events.filter((event) => event.ph === 'X' && event.pid === pid && event.tid === tid);
  const tasks = own.filter((event) => event.name === 'ThreadControllerImpl::RunTask' && event.tdur >= 1000);
  const within = (/** @type {any} */ task) =>
    own
      .filter((event) => event !== task && event.ts >= task.ts && event.ts + event.dur <= task.ts + task.dur && event.dur >= 1000)
      .map((event) => `${event.name} ${((event.tdur ?? 0) / 1000).toFixed(1)} ms`);
  const garbage = (/** @type {any} */ task) =>
    own
      .filter(({ name, ts }) => /^M(ajor|inor)GC$/u.test(name) && ts >= task.ts && ts < task.ts + task.dur)
      .reduce((sum, { tdur }) => sum + tdur, 0);
  return tasks
    .map((task) => ({ cpuMillis: (task.tdur - garbage(task)) / 1000, wallMillis: task.dur / 1000, within: within(task) }))
    .sort((a, b) => b.cpuMillis - a.cpuMillis);
}
