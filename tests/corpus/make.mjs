// Makes those files of the corpus that no editor can be trusted with: other encodings, bytes that are no text, line
// ends that a tool would repair, and compressed files. All other files are kept as they are.
//
//   node tests/corpus/make.mjs           writes them
//   node tests/corpus/make.mjs --check   says which differ from what would be written; exits with 1 if any does
// @ts-check

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';

/** @param {...(string | number[] | Buffer)} parts Text becomes UTF-8, numbers are bytes. */
const bytes = (...parts) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'utf8') : Buffer.from(part))));

/** @param {string} text */
const utf16le = (text) => Buffer.from(text, 'utf16le');

/** @param {string} text */
const utf16be = (text) => Buffer.from(text, 'utf16le').swap16();

/** Compresses without a time stamp: the bytes depend on nothing but the compressor. @param {Buffer} content */
const gzip = (content) => {
  const packed = gzipSync(content, { level: 9 });
  packed[9] = 255; // the operating system: unknown
  return packed;
};

/** @param {Buffer} packed @param {number} index @param {number} value */
const withByte = (packed, index, value) => {
  const copy = Buffer.from(packed);
  copy[index] = value;
  return copy;
};

const header = 'user_id,time,event,plan\n';
const rows = [
  'u1,2024-05-01T10:00:00Z,signed_up,free\n',
  'u2,2024-05-01T10:05:00Z,signed_up,team\n',
  'u1,2024-05-02T09:00:00Z,project_created,free\n',
];
const plain = bytes(header, ...rows);
const lines = [
  '{"user_id":"u1","time":"2024-05-01T10:00:00Z","event":"signed_up","plan":"free"}',
  '{"user_id":"u2","time":"2024-05-01T10:05:00Z","event":"signed_up","plan":"team"}',
  '{"user_id":"u1","time":"2024-05-02T09:00:00Z","event":"project_created","plan":"free"}',
];
const emoji = [
  'user_id,time,event,note',
  'u1,2024-05-01T10:00:00Z,liked 👍,Grüße 😀',
  'u2,2024-05-01T10:05:00Z,liked 👍,日本語',
  '',
].join('\n');
const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** @type {Record<string, Buffer>} */
const files = {
  // Compressed.
  'gzip.csv.gz': gzip(plain),
  'gzip.ndjson.gz': gzip(bytes(lines.join('\n'), '\n')),
  'gzip-array.json.gz': gzip(bytes('[', lines.join(',\n'), ']\n')),
  'gzip-named.csv': gzip(plain),
  'gzip-members.csv.gz': bytes(
    gzip(bytes(header, rows[0])),
    gzip(bytes(rows[1].slice(0, 9))),
    gzip(bytes(rows[1].slice(9), rows[2])),
  ),
  'gzip-truncated.csv.gz': gzip(plain).subarray(0, 60),
  'gzip-bad-checksum.csv.gz': withByte(gzip(plain), gzip(plain).length - 6, 0x5a),
  'gzip-of-nothing.csv.gz': gzip(bytes('')),
  'gzip-of-image.csv.gz': gzip(Buffer.from(png, 'base64')),

  // Other encodings.
  'bom-utf8.csv': bytes([0xef, 0xbb, 0xbf], plain),
  'bom-only.csv': bytes([0xef, 0xbb, 0xbf]),
  'bom-array.json': bytes([0xef, 0xbb, 0xbf], '[', lines.join(',\n'), ']\n'),
  'utf16le.csv': bytes([0xff, 0xfe], utf16le(plain.toString())),
  'utf16be.csv': bytes([0xfe, 0xff], utf16be(plain.toString())),
  'utf16le-tabs.txt': bytes([0xff, 0xfe], utf16le(emoji.replaceAll(',', '\t').replaceAll('\n', '\r\n'))),
  'utf16be.ndjson': bytes([0xfe, 0xff], utf16be(`${lines.join('\r\n')}\r\n`)),
  'utf16le-no-bom.csv': utf16le(plain.toString()),
  'invalid-utf8.csv': bytes(header, rows[0], 'u2,2024-05-01T10:05:00Z,signed_up,te', [0xff], 'am\n', rows[2]),
  'invalid-utf8-id.csv': bytes(header, rows[0], 'u', [0xc3], '2,2024-05-01T10:05:00Z,signed_up,team\n', rows[2]),
  'invalid-utf8-cut.csv': bytes(header, rows[0], rows[1], 'u3,2024-05-02T09:00:00Z,signed_up,pl', [0xe2, 0x82]),
  'invalid-utf8.ndjson': bytes(lines[0], '\n', lines[1].replace('team"}', 'te'), [0xff], 'am"}\n', lines[2], '\n'),
  'windows-1252.csv': bytes(
    'user_id,time,event,city\n',
    'u1,2024-05-01T10:00:00Z,signed_up,K', [0xf6], 'ln\n',
    'u2,2024-05-01T10:05:00Z,signed_up,Paris\n',
    'u3,2024-05-01T10:10:00Z,signed_up,Z', [0xfc], 'rich\n',
  ),

  // Bytes that are no text, or hardly.
  'image.csv': Buffer.from(png, 'base64'),
  'workbook.csv': bytes(
    'PK', [3, 4, 20, 0, 6, 0, 8, 0, 0, 0, 0x21, 0, 0x62, 0xee, 0x9d, 0x68],
    '[Content_Types].xml', [0, 0, 0, 0],
  ),
  'table.parquet': bytes('PAR1', [0x15, 4, 0x15, 0x18, 0x15, 0x1c, 0x4c, 0x15, 2, 0x15, 0, 0x12, 0, 0], 'PAR1'),
  'nul-bytes.csv': bytes(header, rows[0], 'u2,2024-05-01T10:05:00Z,signed_up,te', [0], 'am\n', rows[2]),

  // Line ends.
  'crlf.csv': bytes(plain.toString().replaceAll('\n', '\r\n')),
  'cr-only.csv': bytes(plain.toString().replaceAll('\n', '\r')),
  'cr-only-bad-time.csv': bytes(header.replace('\n', '\r'), rows[0].replace('\n', '\r'), 'u2,soon,signed_up,team\r'),
  'mixed-line-ends.csv': bytes(header.replace('\n', '\r\n'), rows[0], rows[1].replace('\n', '\r\n'), rows[2]),
  'crlf-blank-lines.ndjson': bytes('\r\n', lines[0], '\r\n\r\n', lines[1], '\r\n', lines[2], '\r\n\r\n'),
  'quoted-crlf.csv': bytes(
    'user_id,time,event,note\r\n',
    'u1,2024-05-01T10:00:00Z,signed_up,"first\r\nsecond"\r\n',
    'u2,soon,signed_up,plain\r\n',
    'u2,2024-05-01T10:05:00Z,signed_up,plain\r\n',
  ),

  // Too large to type.
  'many-columns.csv': bytes(
    `user_id,time,event,${Array.from({ length: 600 }, (_, i) => `p${i + 1}`).join(',')}\n`,
    `u1,2024-05-01T10:00:00Z,opened,${Array.from({ length: 600 }, (_, i) => i + 1).join(',')}\n`,
    `u2,2024-05-01T10:05:00Z,opened,${Array.from({ length: 600 }, () => '0.5').join(',')}\n`,
    'u3,2024-05-01T10:10:00Z,opened,7\n',
  ),
  'long-field.csv': bytes(
    'user_id,time,event,note\n',
    `u1,2024-05-01T10:00:00Z,wrote,"${'long, longer, '.repeat(3000)}end"\n`,
    'u2,2024-05-01T10:05:00Z,wrote,short\n',
  ),
};

/** Whether two files hold the same: compressors differ between versions, so compressed files are unpacked first.
 * @param {Buffer} a @param {Buffer} b */
const same = (a, b) => {
  try {
    return gunzipSync(a).equals(gunzipSync(b));
  } catch {
    return a.equals(b);
  }
};

const check = process.argv.includes('--check');
for (const [name, content] of Object.entries(files)) {
  const url = new URL(name, import.meta.url);
  if (!check) {
    writeFileSync(url, content);
  } else if (!existsSync(url) || !same(readFileSync(url), content)) {
    console.error(`${name} is not what make.mjs writes`);
    process.exitCode = 1;
  }
}
console.log(`${check ? 'checked' : 'wrote'} ${Object.keys(files).length} files`);
