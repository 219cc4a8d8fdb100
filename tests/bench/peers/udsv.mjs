// uDSV, streaming: every row is parsed to typed values, and none is kept.

/// <reference path="./peers.d.ts" />
import { inferSchema, initParser } from 'udsv';

/** @param {File} file */
async function load(file) {
  const reader = file.stream().pipeThrough(new TextDecoderStream()).getReader();
  /** @type {import('udsv').Parser | undefined} */
  let parser;
  let rows = 0;
  const count = () => void (rows += 1);
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    parser ??= initParser(inferSchema(piece.value));
    parser.chunk(piece.value, parser.typedArrs, count);
  }
  parser?.end();
  return rows;
}

/** @type {import('./page.mjs').Peer} */
const peer = { load };
export default peer;
