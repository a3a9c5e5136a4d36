import type { LineOptions } from './line.ts';

/** What is plugged into one port of the simulated card. */
export interface SocketLayout {
  port: number;
  kind: 'fxs' | 'fxo';
  device: 'telephone' | 'pbx-trunk' | 'city-line' | 'pbx-extension' | 'nothing';
  /** Name in the control API; made from the device and port when left out. */
  id?: string;
  lifelinePeer?: number;
  /** Of a PBX trunk: digits that it sends when nothing else is said (access number, PIN, number). */
  burst?: string;
  /** Of city lines and PBX extensions. */
  line?: LineOptions;
}

/** An office: the card and what stands around it. */
export interface Layout {
  board?: string;
  serial?: string;
  sockets: SocketLayout[];
  /** Loss of each port's hybrid toward its own signal, dB; null: none comes back. */
  echoLossDb?: number | null;
  /** How late that comes back, and then spread over a millisecond: a PBX or a long line behind the port, ms up to 120. */
  echoDelayMs?: number;
  /** Samples that the card needs the host's audio ahead (frame.md section 6). */
  playoutLead?: number;
  lifelineIdleMs?: number;
  /** bit/s of the card's own serial side, 0: no limit. */
  bandwidth?: number;
  clockStart?: number;
}

/** Internal numbers of the PBX behind wire B, and its way out. */
export const PBX_RULES: NonNullable<LineOptions['rules']> = [
  { pattern: '9', result: 'outside' },
  { pattern: '2\\d\\d', result: 'answer', ringMs: 1500 },
  { pattern: '3\\d\\d', result: 'busy' },
  { pattern: '4\\d\\d', result: 'no-answer' },
];

/** Two telephones, a PBX on wire A, a fax's telephone; two city lines, a PBX extension on wire B, an empty socket. */
export const DEMO_OFFICE: Layout = {
  board: 'LG-8 (simulated)',
  serial: 'SIM-0001',
  sockets: [
    { port: 1, kind: 'fxs', device: 'telephone', lifelinePeer: 5 },
    { port: 2, kind: 'fxs', device: 'telephone' },
    { port: 3, kind: 'fxs', device: 'pbx-trunk' },
    { port: 4, kind: 'fxs', device: 'telephone' },
    { port: 5, kind: 'fxo', device: 'city-line', lifelinePeer: 1 },
    { port: 6, kind: 'fxo', device: 'city-line' },
    {
      port: 7,
      kind: 'fxo',
      device: 'pbx-extension',
      line: { volts: 48, dialToneDelayMs: 600, polarityOnAnswer: false, release: 'busy', rules: PBX_RULES },
    },
    { port: 8, kind: 'fxo', device: 'city-line', line: { dead: true } },
  ],
};

/**
 * Checks a layout read from a file.
 * @throws Error that names the first thing wrong.
 */
export function checkLayout(value: unknown): Layout {
  const layout = value as Layout;
  if (typeof layout !== 'object' || layout === null || !Array.isArray(layout.sockets))
    throw new Error('layout: "sockets" must be a list');
  if (layout.sockets.length < 2 || layout.sockets.length > 16)
    throw new Error(`layout: ${layout.sockets.length} sockets, allowed are 2 to 16`);
  const devices = {
    fxs: ['telephone', 'pbx-trunk', 'nothing'],
    fxo: ['city-line', 'pbx-extension', 'nothing'],
  };
  let last = 0;
  for (const s of layout.sockets) {
    if (!Number.isInteger(s.port) || s.port <= last || s.port > 16)
      throw new Error(`layout: port ${s.port} must be 1 to 16 and rise from socket to socket`);
    last = s.port;
    if (s.kind !== 'fxs' && s.kind !== 'fxo')
      throw new Error(`layout: port ${s.port} is neither fxs nor fxo`);
    if (!devices[s.kind].includes(s.device))
      throw new Error(`layout: '${s.device}' does not fit port ${s.port} (${s.kind})`);
    const peer = layout.sockets.find((p) => p.port === s.lifelinePeer);
    if (s.lifelinePeer !== undefined && (!peer || peer.kind === s.kind || peer.lifelinePeer !== s.port))
      throw new Error(
        `layout: lifeline of port ${s.port} must be a port of the other kind that names it too`,
      );
  }
  return layout;
}
