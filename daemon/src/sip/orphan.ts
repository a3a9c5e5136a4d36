import type { Clock } from '../base/clock.ts';
import type { DialogJournal } from '../records/call-record.ts';
import { joinHostPort, splitHostPort } from './address.ts';
import { reasonHeader } from './cause.ts';
import { noDigestYet } from './credentials.ts';
import type { OpenDialog } from './leg-host.ts';
import type { SrfFacade } from './srf-facade.ts';
import type { Headers, SrfResponse } from './srf-types.ts';
import type { Trunk } from './trunk.ts';

/**
 * CSeq of the BYE. Whatever was sent in the dialog before it was lost had a smaller one: engines start
 * low and count up, and a gap is allowed (RFC 3261 12.2.1.1 wants it to grow and stay under 2^31).
 */
const SEQUENCE = 2 ** 30;

/** Pauses before further tries, ms: the network may come up after us. */
const PAUSES = [5_000, 30_000];

/**
 * Ends a dialog that outlived the process or engine that knew it (ruling 7): a BYE with the dialog's
 * Call-ID, tags and route set. True when the peer has confirmed it, or knew no such dialog any more.
 */
export async function endOrphan(
  dialog: DialogJournal | OpenDialog,
  parts: { facade: SrfFacade; clock: Clock; trunks: Iterable<Trunk> },
): Promise<boolean> {
  const [transport = 'udp', place = ''] = dialog.nextHop.split('/');
  const { host, port } = splitHostPort(place);
  const trunk = [...parts.trunks].find((t) => t.trusts(host));
  let sequence = SEQUENCE;
  const send = async (): Promise<SrfResponse> => {
    for (let digest = noDigestYet(); ; ) {
      const headers: Headers = {
        'Call-ID': dialog.callId,
        From: `<${dialog.localUri}>;tag=${dialog.localTag}`,
        To: `<${dialog.remoteUri}>;tag=${dialog.remoteTag}`,
        CSeq: `${sequence++} BYE`,
        Reason: reasonHeader(41, 'call interrupted'),
        ...(dialog.routeSet.length ? { Route: dialog.routeSet.join(', ') } : {}),
        ...digest.headers,
      };
      const profile = transport === 'tls' && trunk ? `;tls-profile=${trunk.config.id}` : '';
      const proxy = `sip:${joinHostPort(host, port)};transport=${transport}${profile}`;
      const response = await parts.facade.request('BYE', { uri: dialog.remoteTarget, headers, proxy });
      const next = trunk?.credentials.answer(response, digest, {
        method: 'BYE',
        fromTrunk: trunk.trusts(response.source_address),
        dialog: 'ours',
      });
      if (!next) return response;
      digest = next;
    }
  };
  for (let tries = 0; ; tries++) {
    const response = await send().catch(() => undefined);
    const answered = response !== undefined && response.source_address !== '';
    if (answered && (response.status < 300 || response.status === 481 || response.status === 404))
      return true;
    const pause = PAUSES[tries];
    if (pause === undefined) return false;
    await new Promise<void>((resolve) => void parts.clock.after(pause, resolve));
  }
}
