// docs/checklist-reference.md, written from the published schema: a table for each object, under the path where it stands.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './native.mjs';

/**
 * The parts of JSON Schema that the schema uses.
 * @typedef {object} Schema
 * @property {string} [title]
 * @property {string} [description]
 * @property {string | string[]} [type]
 * @property {string[]} [required]
 * @property {Record<string, Schema>} [properties]
 * @property {Schema} [items]
 * @property {Schema[]} [anyOf]
 * @property {unknown[]} [enum]
 * @property {unknown} [const]
 * @property {string} [$ref]
 * @property {Record<string, Schema>} [$defs]
 * @property {number} [minimum]
 * @property {number} [maximum]
 * @property {number} [minItems]
 * @property {number} [maxItems]
 */

const HEAD = `# The checklist's definition: reference

Written from \`www/cairn-checklist.schema.json\` by \`CAIRN_BLESS=1 node --test tests/api/reference.test.mjs\`; a test holds it to that. Name the schema
in your file, and editors complete and check it as you type:

\`\`\`json
{ "$schema": "/cairn/cairn-checklist.schema.json", "version": 1, "id": "start", "title": "First steps", "tasks": [] }
\`\`\`

Fields in **bold** are required; all others may be left out. Fields that begin with \`$\` are for you, and not read. Any other unknown
field is an error that names its path.
`;

/** @type {Record<string, Schema>} The shared parts of the schema. */
let shared = {};

/** The whole document. */
export async function reference() {
  const schema = /** @type {Schema} */ (JSON.parse(await readFile(join(ROOT, 'www/cairn-checklist.schema.json'), 'utf8')));
  shared = schema.$defs ?? {};
  const defs = Object.entries(shared).flatMap(([name, def]) => define(name, def));
  return [HEAD, ...objects('The definition', schema), ...defs].join('\n');
}

/** A shared part, under its own name. @param {string} name @param {Schema} def @returns {string[]} */
function define(name, def) {
  if (!def.anyOf || def.properties) return def.properties ? objects(name, def) : [`## ${name}\n\n${def.description ?? ''} ${limits(def)}\n`];
  const forms = def.anyOf.map((form) => {
    const fields = Object.entries(form.properties ?? {}).map(([field, it]) => `\`${field}\` (${typeOf(it)}): ${meaning(it)}`);
    const words = form.enum ? form.enum.map((it) => `\`${JSON.stringify(it)}\``).join(', ') : fields.map((it) => it.split(' (')[0]).join(', ');
    return `| ${words} | ${form.description ?? ''} | ${fields.join('<br>')} |`;
  });
  return [`## ${name}\n\n${def.description ?? ''} One of:\n\n| form | | fields |\n| --- | --- | --- |\n${forms.join('\n')}\n`];
}

/** The tables of an object and of all objects in it. @param {string} path @param {Schema} schema @returns {string[]} */
function objects(path, schema) {
  const properties = Object.entries(schema.properties ?? {});
  const rows = properties.map(([name, it]) => {
    const shown = schema.required?.includes(name) ? `**\`${name}\`**` : `\`${name}\``;
    return `| ${shown} | ${typeOf(it)} | ${[meaning(it), limits(it)].filter(Boolean).join(' ')} |`;
  });
  const inner = properties.flatMap(([name, it]) => {
    const below = path === 'The definition' ? name : `${path}.${name}`;
    if (it.items?.properties) return objects(`${below}[]`, it.items);
    return it.properties ? objects(below, it) : [];
  });
  return [`## ${path}\n\n${schema.description ?? ''}\n\n| field | type | |\n| --- | --- | --- |\n${rows.join('\n')}\n`, ...inner];
}

/** The description of a field, or of the shared part that it is. @param {Schema} schema */
function meaning({ description, $ref = '' }) {
  return description ?? shared[nameOf($ref)]?.description ?? '';
}

/** @param {string} reference */
function nameOf(reference) {
  return reference.split('/').pop() ?? '';
}

/** @param {Schema} schema @returns {string} */
function typeOf(schema) {
  if (schema.$ref) return `[${nameOf(schema.$ref)}](#${nameOf(schema.$ref)})`;
  if (schema.enum) return schema.enum.map((it) => `\`${JSON.stringify(it)}\``).join(', ');
  if ('const' in schema) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.items) return `list of ${schema.items.properties ? 'objects' : typeOf(schema.items)}`;
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' or ');
  return [schema.type ?? 'any value'].flat().join(' or ');
}

/** @param {Schema} schema */
function limits({ minimum, maximum, minItems, maxItems }) {
  const range = (/** @type {number | undefined} */ least, /** @type {number | undefined} */ most) => {
    if (most === undefined) return least ? `at least ${least}` : '';
    return least === undefined ? `at most ${most}` : `${least} to ${most}`;
  };
  const [size, length] = [range(minimum, maximum), range(minItems, maxItems)];
  return size ? `Range: ${size}.` : length && `Items: ${length}.`;
}
