import type { Test } from 'tap';
import { AUDIO, describe, tagOf } from '../sip/bench.ts';
import { type Peer, type Seen, udpPeer } from '../sipd/peer.ts';
import { type Box, type OfficeDocument, startBox } from './box.ts';

/** A telephone of the office that says exactly what a test wants, known by its address. */
export interface BareTelephone {
  peer: Peer;
  /** Answers a request of the box's with a description of speech. */
  answer(invite: Seen, tag: string, extra?: string): void;
}

/** The office with two such telephones, 31 and 32. */
export async function bareTelephones(
  t: Test,
  edit: (office: OfficeDocument) => void = () => {},
): Promise<[Box, BareTelephone, BareTelephone]> {
  // Telephones that are known by their address need one each.
  const [first, second] = await Promise.all([bare(t, '127.0.0.31'), bare(t, '127.0.0.32')]);
  const box = await startBox(t, {
    edit: (office) => {
      office.devices = [first, second].map(({ peer }, i) => ({
        id: `bare-${31 + i}`,
        name: `Telephone ${31 + i}`,
        user: `bare${31 + i}`,
        extension: String(31 + i),
        mode: 'static',
        address: peer.address,
        classOfService: 'staff',
      }));
      edit(office);
    },
  });
  return [box, first, second];
}

async function bare(t: Test, address: string): Promise<BareTelephone> {
  const peer = await udpPeer(t, address);
  return {
    peer,
    answer: (invite, tag, extra = '') =>
      void peer.reply(invite, 200, { tag, extra, body: describe(AUDIO).replaceAll('127.0.0.1', address) }),
  };
}

/** `host:port` of the box. */
export const addressOf = ({ sip }: Box): string => `${sip.host}:${sip.port}`;

/** Tags of a call from the box, as the telephone writes them in requests of its own. */
export const idsOf = (invite: Seen, tag: string) => ({
  callId: invite.headers['call-id']!,
  fromTag: tag,
  toTag: tagOf(invite.headers.from!),
});
