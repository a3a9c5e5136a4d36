/** What the tests named for RFCs share: an engine, an application on its control port, a bare peer. */
import { FakeClock } from '../../src/base/clock.ts';
import type { EngineConfig } from '../../src/sipd/config.ts';
import { type Engine, start } from '../../src/sipd/engine.ts';
import { type Control, control, type Frame } from './control.ts';
import { type Any, at, SECRET, sdp } from './kit.ts';
import { type Peer, type Seen, udpPeer } from './peer.ts';

export interface Bench {
  engine: Engine;
  clock: FakeClock;
  app: Control;
  peer: Peer;
  /** `host:port` of the engine. */
  to: string;
}

/** An engine on a clock that stands until it is advanced, with an application that takes every method. */
export async function bench(t: Any, config: Partial<EngineConfig> = {}): Promise<Bench> {
  const clock = new FakeClock();
  const engine = await start(
    {
      listen: [{ transport: 'udp', host: '127.0.0.1', port: 0 }],
      control: { host: '127.0.0.1', port: 0, secret: SECRET },
      ...config,
    },
    { clock },
  );
  t.teardown(() => engine.close());
  const app = await control(t, engine);
  for (const verb of ['invite', 'options', 'info', 'refer', 'message', 'subscribe', 'notify', 'register'])
    await app.reply(app.send(`route|${verb}`));
  return { engine, clock, app, peer: await udpPeer(t), to: at(engine) };
}

export const tagOf = (value: string): string => /;tag=([^;>]+)/.exec(value)![1]!;

/** The transaction and dialog words of a frame that brought a message. */
export const txnOf = (f: Frame): string => f.words[8]!;
export const dialogOf = (f: Frame): string => f.words[9]!;

/** The application answers a request; returns the frame's id. */
export function respond(app: Control, request: Frame, status: number, lines = '', body = ''): string {
  const type = body === '' ? '' : 'Content-Type: application/sdp\r\n';
  return app.send(`sip|${txnOf(request)}|`, `SIP/2.0 ${status} X\r\n${lines}${type}\r\n${body}`);
}

/** The application sends a request within a dialog. */
export function inDialog(app: Control, dialog: string, method: string, lines = '', body = ''): string {
  const type = body === '' ? '' : 'Content-Type: application/sdp\r\n';
  return app.send(`sip||${dialog}`, `${method} sip:placeholder SIP/2.0\r\n${lines}${type}\r\n${body}`);
}

/** The next request frame of that method. */
export const request = (app: Control, method: string): Promise<Frame> =>
  app.next((f) => f.words[1] === 'sip' && f.sip.startsWith(`${method} `));

/** The next response frame; `what` is a status or the start of it. */
export const response = (app: Control, status: number | string): Promise<Frame> =>
  app.next((f) => f.words[1] === 'sip' && f.sip.startsWith(`SIP/2.0 ${status}`));

export interface Ids {
  callId: string;
  fromTag: string;
  toTag: string;
}

let calls = 0;

/** The peer calls; the application has the INVITE. */
export async function incoming(
  b: Bench,
  extra = '',
  body = sdp(),
): Promise<{ invite: Frame; callId: string; fromTag: string }> {
  const ids = { callId: `in-${++calls}`, fromTag: `f${calls}` };
  b.peer.request(b.to, 'INVITE', { ...ids, extra, body });
  return { invite: await request(b.app, 'INVITE'), ...ids };
}

/** A call from the peer, answered; acknowledged unless `ack` is false. */
export async function answered(
  b: Bench,
  extra = '',
  lines = '',
  ack = true,
): Promise<{ ids: Ids; ok: Seen; dialog: string; invite: Frame }> {
  const { invite, callId, fromTag } = await incoming(b, extra);
  const id = respond(b.app, invite, 200, lines, sdp(5000));
  const echo = await b.app.reply(id);
  const ok = await b.peer.response(200);
  const ids = { callId, fromTag, toTag: tagOf(ok.headers.to!) };
  if (ack) {
    b.peer.request(b.to, 'ACK', { ...ids, cseq: 1 });
    await request(b.app, 'ACK');
  }
  // Word 11 of a response echo is the dialog; the reply's words begin at the third.
  return { ids, ok, dialog: echo[8]!, invite };
}

/** The application calls the peer; the INVITE has arrived there. */
export async function outgoing(
  b: Bench,
  lines = '',
  body = sdp(),
): Promise<{ invite: Seen; txn: string; cseq: number }> {
  const type = body === '' ? '' : 'Content-Type: application/sdp\r\n';
  const id = b.app.send('sip||', `INVITE sip:1@${b.peer.address} SIP/2.0\r\n${lines}${type}\r\n${body}`);
  const echo = await b.app.reply(id);
  const invite = await b.peer.expect('INVITE');
  return { invite, txn: echo[7]!, cseq: Number.parseInt(invite.headers.cseq!, 10) };
}

/** A call to the peer, answered and acknowledged; `ids` are those of the peer's requests in it. */
export async function connected(
  b: Bench,
  lines = '',
  extra = '',
): Promise<{ ids: Ids; invite: Seen; dialog: string; cseq: number }> {
  const { invite, cseq } = await outgoing(b, lines);
  b.peer.reply(invite, 200, { extra, body: sdp(5000) });
  const ok = await response(b.app, 200);
  const dialog = dialogOf(ok);
  inDialog(b.app, dialog, 'ACK');
  await b.peer.expect('ACK');
  const ids = { callId: invite.headers['call-id']!, fromTag: 'peer', toTag: tagOf(invite.headers.from!) };
  return { ids, invite, dialog, cseq };
}
