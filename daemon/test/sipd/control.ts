/** A bare control connection, for tests of the protocol itself. */

import { randomUUID } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { type Any, SECRET, until } from './kit.ts';

export interface Frame {
  words: string[];
  sip: string;
}

export interface Control {
  socket: Socket;
  frames: Frame[];
  closed: boolean;
  /** Sends `id|leader` and SIP text; returns the id. */
  send(leader: string, sip?: string): string;
  next(match: (f: Frame) => boolean, ms?: number): Promise<Frame>;
  /** The reply to a frame sent. */
  reply(id: string, ms?: number): Promise<string[]>;
}

export async function control(
  t: Any,
  engine: { control: { host: string; port: number } },
  authenticate = true,
): Promise<Control> {
  const socket = connect(engine.control);
  socket.setNoDelay(true);
  const frames: Frame[] = [];
  const taken = new Set<Frame>();
  let held = Buffer.alloc(0);
  const c: Control = {
    socket,
    frames,
    closed: false,
    send(leader, sip = '') {
      const id = randomUUID();
      const payload = `${id}|${leader}${sip === '' ? '' : `\r\n${sip}`}`;
      socket.write(`${Buffer.byteLength(payload)}#${payload}`);
      return id;
    },
    async next(match, ms = 3000) {
      const find = (): Frame | undefined => frames.find((f) => !taken.has(f) && match(f));
      await until(
        () => find() !== undefined,
        ms,
        `frame (saw ${frames.map((f) => f.words.slice(1).join('|')).join(' / ')})`,
      );
      taken.add(find()!);
      return [...taken].at(-1)!;
    },
    reply: async (id, ms) =>
      (await c.next((f) => f.words[1] === 'response' && f.words[2] === id, ms)).words.slice(3),
  };
  socket.on('data', (chunk) => {
    held = Buffer.concat([held, chunk]);
    for (let hash = held.indexOf('#'); hash > 0; hash = held.indexOf('#')) {
      const length = Number(held.toString('latin1', 0, hash));
      if (held.length < hash + 1 + length) return;
      const payload = held.toString('utf8', hash + 1, hash + 1 + length);
      held = held.subarray(hash + 1 + length);
      const cr = payload.indexOf('\r\n');
      frames.push({
        words: (cr < 0 ? payload : payload.slice(0, cr)).split('|'),
        sip: cr < 0 ? '' : payload.slice(cr + 2),
      });
    }
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    c.closed = true;
  });
  t.teardown(() => socket.destroy());
  await new Promise((resolve) => socket.once('connect', resolve));
  if (authenticate) await c.reply(c.send(`authenticate|${SECRET}|`));
  return c;
}
