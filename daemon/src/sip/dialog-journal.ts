import { joinHostPort, parseNameAddress, parseUri, splitHeader } from './address.ts';
import type { OpenDialog } from './leg-host.ts';
import type { SrfDialog } from './srf-types.ts';

/**
 * What is kept of a dialog so that its BYE can be sent without the engine that knew it (ruling 7,
 * RFC 3261 12.1). `hop`: where the INVITE went or came from, as `udp/host:port`.
 */
export function journalOf(dialog: SrfDialog, hop: string): OpenDialog {
  const { req, res } = dialog;
  const outgoing = dialog.type === 'uac';
  const uri = (value: string | undefined): string => parseNameAddress(value ?? '')?.uri ?? '';
  const from = uri(req.get('From'));
  const to = uri(req.get('To'));
  const recorded = splitHeader((outgoing ? res : req).get('Record-Route') ?? '');
  // RFC 3261 12.1.2: the caller takes the route set in reverse.
  const routeSet = outgoing ? recorded.reverse() : recorded;
  return {
    callId: dialog.sip.callId,
    localUri: outgoing ? from : to,
    remoteUri: outgoing ? to : from,
    localTag: dialog.sip.localTag,
    remoteTag: dialog.sip.remoteTag,
    localSeq: outgoing ? Number.parseInt(req.get('CSeq') ?? '1', 10) || 1 : 0,
    remoteTarget: dialog.remote.uri,
    routeSet,
    nextHop: nextHopOf(routeSet[0], dialog.remote.uri, hop),
  };
}

/** RFC 3261 12.2.1.1: the first route, else the remote target; where neither says how, as the INVITE went. */
function nextHopOf(route: string | undefined, target: string, hop: string): string {
  const uri = parseUri(route === undefined ? target : (parseNameAddress(route)?.uri ?? ''));
  if (!uri?.host) return hop;
  const transport = uri.params.get('transport')?.toLowerCase() ?? hop.split('/', 1)[0] ?? 'udp';
  return `${transport}/${joinHostPort(uri.host, uri.port ?? 5060)}`;
}
