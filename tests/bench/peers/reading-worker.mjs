// Reads every n-th slice of a file, two at a time, and says how many bytes they were.

const SLICE = 8 << 20;
const AHEAD = 2;

/** @param {MessageEvent<{ file: File, place: number, of: number }>} event */
onmessage = async ({ data: { file, place, of } }) => {
  let [bytes, at] = [0, place * SLICE];
  /** @type {Promise<ArrayBuffer>[]} */
  const coming = [];
  const ask = () => {
    if (at < file.size) coming.push(file.slice(at, at + SLICE).arrayBuffer());
    at += of * SLICE;
  };
  for (let n = 0; n < AHEAD; n += 1) ask();
  for (let slice = coming.shift(); slice; slice = coming.shift()) {
    ask();
    bytes += (await slice).byteLength;
  }
  postMessage(bytes);
};

postMessage(0);
