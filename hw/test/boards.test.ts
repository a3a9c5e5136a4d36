import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import { audioBytes } from '../simulator/card/card.ts';
import { checkLayout, type SocketLayout } from '../simulator/office/layout.ts';

interface Board {
  model: string;
  title: { ru: string; en: string };
  link: { path: string; baud: number };
  sockets: {
    port: number;
    kind: 'fxs' | 'fxo';
    lifelinePeer?: number;
    row: number;
    column: number;
    led?: string;
  }[];
  leds: { id: string }[];
  buttons: { id: string; does: string }[];
}

interface Schema {
  type?: string;
  enum?: unknown[];
  required?: string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: boolean;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
  $ref?: string;
  $defs?: Record<string, Schema>;
}

const folder = new URL('../board/', import.meta.url);
const load = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8'));
const schema: Schema = load('board.schema.json');

/** The part of JSON Schema that board.schema.json uses; the paths of what does not fit. */
function faults(value: unknown, s: Schema, path = ''): string[] {
  if (s.$ref) return faults(value, schema.$defs![s.$ref.split('/').at(-1)!]!, path);
  if (s.enum) return s.enum.includes(value) ? [] : [`${path} is none of ${s.enum}`];
  const type = Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value;
  if (s.type && s.type !== type) return [`${path} is ${type}, not ${s.type}`];
  if (typeof value === 'number')
    return value < (s.minimum ?? value) || value > (s.maximum ?? value) ? [`${path} = ${value}`] : [];
  if (typeof value === 'string')
    return s.pattern && !new RegExp(s.pattern).test(value) ? [`${path} = ${value}`] : [];
  if (Array.isArray(value)) {
    const count =
      value.length < (s.minItems ?? 0) || value.length > (s.maxItems ?? Infinity)
        ? [`${path} has ${value.length}`]
        : [];
    return [...count, ...value.flatMap((v, i) => faults(v, s.items ?? {}, `${path}[${i}]`))];
  }
  if (typeof value !== 'object' || value === null) return [];
  const known = s.properties ?? {};
  return [
    ...(s.required ?? []).filter((k) => !(k in value)).map((k) => `${path}.${k} is missing`),
    ...Object.entries(value).flatMap(([k, v]) =>
      known[k]
        ? faults(v, known[k], `${path}.${k}`)
        : s.additionalProperties === false
          ? [`${path}.${k} is unknown`]
          : [],
    ),
  ];
}

const boards = readdirSync(folder).filter((f) => f.endsWith('.json') && !f.includes('schema'));

t.test('every board fits the schema', (t) => {
  t.ok(boards.length >= 3);
  for (const file of boards) {
    const board: Board = load(file);
    t.strictSame(faults(board, schema), [], file);
    t.equal(`${board.model}.json`, file);
  }
  const bad = { ...load(boards[0]!), sockets: [{ port: 17, kind: 'fx' }], model: 'Ä', colour: 'red' };
  t.equal(faults(bad, schema).length, 7, 'a bad one is found out');
  t.end();
});

t.test('sockets, relays and LEDs agree, and linear audio of all ports fits the link', (t) => {
  for (const file of boards) {
    const board: Board = load(file);
    const sockets = board.sockets.map(
      ({ port, kind, lifelinePeer }): SocketLayout => ({
        port,
        kind,
        device: kind === 'fxs' ? 'telephone' : 'city-line',
        ...(lifelinePeer ? { lifelinePeer } : {}),
      }),
    );
    t.doesNotThrow(() => checkLayout({ sockets }), file);
    t.ok(
      sockets.some((s) => s.lifelinePeer),
      `${file}: has a lifeline`,
    );
    const places = new Set(board.sockets.map((s) => `${s.row}/${s.column}`));
    t.equal(places.size, board.sockets.length, `${file}: each socket has its own place`);
    const leds = board.leds.map((l) => l.id);
    for (const s of board.sockets) t.ok(!s.led || leds.includes(s.led), `${file}: LED of port ${s.port}`);
    const bits = audioBytes(board.sockets.length, 'linear') * 1000;
    t.ok(bits <= board.link.baud * 0.9, `${file}: ${bits} of ${board.link.baud} bit/s`);
  }
  t.end();
});

t.test('a layout that cannot be is refused with the reason', (t) => {
  const two = {
    sockets: [
      { port: 1, kind: 'fxs', device: 'telephone' },
      { port: 2, kind: 'fxo', device: 'city-line' },
    ],
  };
  const with1 = (change: object) => ({ sockets: [{ ...two.sockets[0], ...change }, two.sockets[1]] });
  t.doesNotThrow(() => checkLayout(two));
  t.throws(() => checkLayout({}), { message: /"sockets" must be a list/ });
  t.throws(() => checkLayout({ sockets: [two.sockets[0]] }), { message: /allowed are 2 to 16/ });
  t.throws(() => checkLayout(with1({ port: 2 })), { message: /must be 1 to 16 and rise/ });
  t.throws(() => checkLayout(with1({ kind: 'isdn' })), { message: /neither fxs nor fxo/ });
  t.throws(() => checkLayout(with1({ device: 'city-line' })), { message: /does not fit port 1/ });
  t.throws(() => checkLayout(with1({ lifelinePeer: 2 })), { message: /lifeline of port 1/ });
  t.end();
});
