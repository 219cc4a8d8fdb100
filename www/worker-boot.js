// Appended to the worker's generated module, in a Blob that starts every worker: so the worker inherits the page's
// policy and needs no request. It waits for the compiled module, and reports what would otherwise die in silence.
// @ts-check
/// <reference lib="webworker" />
/// <reference path="./worker-boot.d.ts" />

/** @param {unknown} reason */
function reportDeath(reason) {
  const failure = { code: "worker_died", message: String(reason) };
  postMessage({ text: JSON.stringify({ id: 0, body: { kind: "died", failure } }), handles: [] });
}

self.addEventListener("unhandledrejection", (event) => reportDeath(event.reason));
self.addEventListener("error", (event) => reportDeath(event.error ?? event.message));
self.onmessage = (event) => {
  self.onmessage = null;
  __wbg_init({ module_or_path: event.data }).catch(reportDeath);
};
