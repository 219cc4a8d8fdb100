// The load of the hand-written peer: bytes to typed arrays, rows sorted by user, then time, then input order.

const SLICE = 8 << 20;
const [QUOTE, COMMA, LF, CR] = [34, 44, 10, 13];

/**
 * What was loaded. The rows of user u are `starts[u]..starts[u + 1]`.
 * @typedef {object} Table
 * @property {number} rows
 * @property {Dictionary} users their ids
 * @property {Uint32Array} starts
 * @property {Float64Array} times
 * @property {Float64Array} revenue
 * @property {Record<string, { codes: Uint8Array, names: string[] }>} texts
 * @property {Uint8Array} countries the country of each user
 * @property {number[]} tied users with two events at one instant, where the order of the steps counts and not that of the rows
 * @property {number[]} span the times of the first and of the last event, once somebody has asked
 */

/**
 * @param {File} file
 * @returns {Promise<Table>}
 */
export async function loadTable(file) {
  const rows = new Rows(Math.ceil(file.size / 40));
  let rest = new Uint8Array(0);
  let next = file.slice(0, SLICE).arrayBuffer();
  for (let at = 0; at < file.size; at += SLICE) {
    const slice = new Uint8Array(await next);
    next = file.slice(at + SLICE, at + 2 * SLICE).arrayBuffer();
    const bytes = new Uint8Array(rest.length + slice.length);
    bytes.set(rest);
    bytes.set(slice, rest.length);
    rest = bytes.slice(rows.read(bytes));
  }
  if (rest.length > 0) rows.read(Uint8Array.of(...rest, LF));
  return rows.sorted();
}

/** Codes of texts by their bytes, in an open-addressed table. */
class Dictionary {
  #slots = new Int32Array(64).fill(-1);
  #bytes = new Uint8Array(1024);
  /** Where each text ends in the bytes. @type {number[]} */
  #ends = [];

  get size() {
    return this.#ends.length;
  }

  /**
   * @param {Uint8Array} from
   * @param {number} start
   * @param {number} end
   */
  code(from, start, end) {
    let hash = 0x811c9dc5;
    for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ from[at], 0x01000193);
    hash ^= hash >>> 15;
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const code = this.#slots[slot];
      if (code < 0) return this.#add(from, start, end, slot);
      if (this.#is(code, from, start, end)) return code;
    }
  }

  names() {
    return this.#ends.map((end, code) => new TextDecoder().decode(this.#bytes.subarray(this.#ends[code - 1] ?? 0, end)));
  }

  /** @param {number} code @param {Uint8Array} from @param {number} start @param {number} end */
  #is(code, from, start, end) {
    let mine = code === 0 ? 0 : this.#ends[code - 1];
    if (this.#ends[code] - mine !== end - start) return false;
    for (let at = start; at < end; at += 1, mine += 1) if (this.#bytes[mine] !== from[at]) return false;
    return true;
  }

  /** @param {Uint8Array} from @param {number} start @param {number} end @param {number} slot */
  #add(from, start, end, slot) {
    const begin = this.#ends.at(-1) ?? 0;
    const finish = begin + end - start;
    if (finish > this.#bytes.length) {
      const more = new Uint8Array(2 * finish);
      more.set(this.#bytes);
      this.#bytes = more;
    }
    this.#bytes.set(from.subarray(start, end), begin);
    this.#ends.push(finish);
    this.#slots[slot] = this.#ends.length - 1;
    if (2 * this.#ends.length > this.#slots.length) this.#grow();
    return this.#ends.length - 1;
  }

  #grow() {
    const old = this.#ends;
    this.#slots = new Int32Array(4 * this.#slots.length).fill(-1);
    this.#ends = [];
    const bytes = this.#bytes;
    this.#bytes = new Uint8Array(bytes.length);
    old.forEach((end, code) => this.code(bytes, old[code - 1] ?? 0, end));
  }
}

/** The rows as they come. */
class Rows {
  #n = 0;
  /** @type {string[] | undefined} */
  #header;
  #users = new Dictionary();
  /** @type {Uint32Array} */
  #user;
  #times;
  #revenue;
  /** Per column its dictionary and codes; none for user, time and revenue. @type {({ dictionary: Dictionary, codes: Uint8Array } | undefined)[]} */
  #texts = [];
  #kinds = { user: -1, time: -1, revenue: -1 };
  #starts = new Int32Array(64);
  #ends = new Int32Array(64);
  #capacity;
  #date = -1;
  #dateMillis = 0;

  /** @param {number} capacity more than the rows will be */
  constructor(capacity) {
    this.#capacity = capacity;
    this.#user = new Uint32Array(capacity);
    this.#times = new Float64Array(capacity);
    this.#revenue = new Float64Array(capacity);
  }

  /**
   * Reads the whole records of some bytes, and says where the rest begins.
   * @param {Uint8Array} bytes
   */
  read(bytes) {
    const [starts, ends] = [this.#starts, this.#ends];
    const length = bytes.length;
    let [at, record, field] = [0, 0, 0];
    while (at < length) {
      let start = at;
      let end;
      if (bytes[at] === QUOTE) {
        start = at + 1;
        for (at = start; ; at += 1) {
          while (at < length && bytes[at] !== QUOTE) at += 1;
          if (at + 1 >= length) return record;
          if (bytes[at + 1] !== QUOTE) break;
          at += 1;
        }
        end = at;
        at += 1;
      } else {
        let byte = bytes[at];
        while (byte !== COMMA && byte !== LF && at < length) byte = bytes[++at];
        end = at;
      }
      if (bytes[at] === CR) at += 1;
      if (at >= length) return record;
      starts[field] = start;
      ends[field] = end;
      field += 1;
      const isLast = bytes[at] === LF;
      at += 1;
      if (isLast) {
        if (bytes[ends[field - 1] - 1] === CR) ends[field - 1] = end - 1;
        if (this.#header) this.#take(bytes);
        else this.#begin(bytes, field);
        record = at;
        field = 0;
      }
    }
    return record;
  }

  /** @param {Uint8Array} bytes @param {number} n */
  #begin(bytes, n) {
    const name = (/** @type {number} */ at) => new TextDecoder().decode(bytes.subarray(this.#starts[at], this.#ends[at]));
    this.#header = Array.from({ length: n }, (_, at) => name(at));
    this.#kinds = { user: this.#header.indexOf('user_id'), time: this.#header.indexOf('time'), revenue: this.#header.indexOf('revenue') };
    const others = Object.values(this.#kinds);
    this.#texts = this.#header.map((_, at) =>
      others.includes(at) ? undefined : { dictionary: new Dictionary(), codes: new Uint8Array(this.#capacity) },
    );
  }

  /** @param {Uint8Array} bytes */
  #take(bytes) {
    const [row, starts, ends, texts] = [this.#n++, this.#starts, this.#ends, this.#texts];
    for (let at = 0; at < texts.length; at += 1) {
      const [start, end] = [starts[at], ends[at]];
      const text = texts[at];
      if (text) text.codes[row] = text.dictionary.code(bytes, start, end);
      else if (at === this.#kinds.user) this.#user[row] = this.#users.code(bytes, start, end);
      else if (at === this.#kinds.time) this.#times[row] = this.#time(bytes, start);
      else this.#revenue[row] = amount(bytes, start, end);
    }
  }

  /** The milliseconds of `2026-01-31T12:34:56.789Z`. @param {Uint8Array} bytes @param {number} at */
  #time(bytes, at) {
    const date = digits(bytes, at, 4) * 10_000 + digits(bytes, at + 5, 2) * 100 + digits(bytes, at + 8, 2);
    if (date !== this.#date) {
      this.#date = date;
      this.#dateMillis = Date.UTC(Math.floor(date / 10_000), (Math.floor(date / 100) % 100) - 1, date % 100);
    }
    const minutes = digits(bytes, at + 11, 2) * 60 + digits(bytes, at + 14, 2);
    return this.#dateMillis + minutes * 60_000 + digits(bytes, at + 17, 2) * 1000 + digits(bytes, at + 20, 3);
  }

  /** @returns {Table} */
  sorted() {
    const [rows, n, user] = [this.#n, this.#users.size, this.#user];
    const starts = new Uint32Array(n + 1);
    for (let row = 0; row < rows; row += 1) starts[user[row] + 1] += 1;
    for (let at = 0; at < n; at += 1) starts[at + 1] += starts[at];
    const order = new Uint32Array(rows);
    const places = starts.slice();
    for (let row = 0; row < rows; row += 1) order[places[user[row]]++] = row;
    for (let at = 0; at < n; at += 1) sortByTime(order, this.#times, starts[at], starts[at + 1]);
    /** @type {Table['texts']} */
    const texts = {};
    this.#header?.forEach((name, at) => {
      const text = this.#texts[at];
      if (text) texts[name] = { codes: gather(text.codes, order, new Uint8Array(rows)), names: text.dictionary.names() };
    });
    const times = gather(this.#times, order, new Float64Array(rows));
    const countries = Uint8Array.from(starts.subarray(0, n), (start) => texts['country']?.codes[start] ?? 0);
    const revenue = gather(this.#revenue, order, new Float64Array(rows));
    return { rows, users: this.#users, starts, times, revenue, texts, countries, tied: tiedUsers(starts, times), span: [] };
  }
}

/** @param {Uint32Array} starts @param {Float64Array} times */
function tiedUsers(starts, times) {
  /** @type {number[]} */
  const tied = [];
  for (let user = 0; user + 1 < starts.length; user += 1) {
    for (let at = starts[user] + 1; at < starts[user + 1]; at += 1) {
      if (times[at] !== times[at - 1]) continue;
      tied.push(user);
      break;
    }
  }
  return tied;
}

/**
 * Insertion sort, stable: a user's rows are few, and mostly in order.
 * @param {Uint32Array} order
 * @param {Float64Array} times
 * @param {number} start
 * @param {number} end
 */
function sortByTime(order, times, start, end) {
  for (let at = start + 1; at < end; at += 1) {
    const row = order[at];
    const time = times[row];
    let to = at;
    for (; to > start && times[order[to - 1]] > time; to -= 1) order[to] = order[to - 1];
    order[to] = row;
  }
}

/**
 * @template {Uint8Array | Float64Array} T
 * @param {T} from
 * @param {Uint32Array} order
 * @param {T} to
 */
function gather(from, order, to) {
  for (let at = 0; at < order.length; at += 1) to[at] = from[order[at]];
  return to;
}

/** @param {Uint8Array} bytes @param {number} at @param {number} n */
function digits(bytes, at, n) {
  let value = 0;
  for (let end = at + n; at < end; at += 1) value = value * 10 + bytes[at] - 48;
  return value;
}

/** An amount such as `12.34`; NaN where there is none. @param {Uint8Array} bytes @param {number} start @param {number} end */
function amount(bytes, start, end) {
  if (start === end) return NaN;
  let [value, scale] = [0, 0];
  for (let at = start; at < end; at += 1) {
    if (bytes[at] === 46) scale = 1;
    else [value, scale] = [value * 10 + bytes[at] - 48, scale * 10];
  }
  return value / (scale || 1);
}
