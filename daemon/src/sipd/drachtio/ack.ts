import { Leg } from '../dialog/leg.ts';
import { find, knownFlow } from '../dialog/next-hop.ts';
import type { SipMessage } from '../message/message.ts';
import { viaLine } from '../message/via.ts';
import type { Flow } from '../transport/flow.ts';
import type { Core } from './core.ts';

/** Sends the ACK of a 2xx; `done` gets what was sent, or nothing if there is no way. */
export function sendAck(
  core: Core,
  leg: Leg,
  cseq: number,
  others: string,
  body: string,
  done: (text: string | undefined, flow: Flow | undefined) => void,
): void {
  const { requestUri, routeLines, nextHop } = leg.routing();
  const send = (flow: Flow): void => {
    const local = core.transport.localOf(flow);
    const own = others.includes('uthorization: ') ? '' : leg.credentials;
    const text =
      `ACK ${requestUri} SIP/2.0\r\n${viaLine(flow.proto.toUpperCase(), local.host, local.port, core.ids.branch())}` +
      `${routeLines}Max-Forwards: 70\r\nFrom: ${leg.local}\r\nTo: ${leg.remote}\r\nCall-ID: ${leg.callId}\r\n` +
      `CSeq: ${cseq} ACK\r\n${own}${others}${body}`;
    const sdpAt = body.indexOf('\r\n\r\n') + 4;
    if (sdpAt < body.length) leg.localSdp = body.slice(sdpAt);
    if (leg.acks.size > 3) leg.acks.delete(leg.acks.keys().next().value as number);
    leg.acks.set(cseq, { text, flow });
    core.table.transmit(flow, text);
    done(text, flow);
  };
  const known = knownFlow(leg, nextHop);
  if (known) send(known);
  else
    find(nextHop, core.locate, ({ targets }) => {
      // Nobody answers an ACK, so none can be tried after the other: who sent the 2xx is there, others may not be.
      const from = leg.flow?.remote;
      const same = targets.find((t) => t.host === from?.host && t.port === from.port);
      const target = same ?? core.attempts.quarantine.order(targets)[0];
      const flow = target && core.transport.flowTo(target);
      if (flow) send(flow);
      else done(undefined, undefined);
    });
}

/**
 * Another fork answered a call that one has already: its dialog is made, acknowledged and given to
 * `end` (RFC 3261 13.2.2.4). Repetitions of its 2xx are acknowledged again.
 */
export function endFork(
  core: Core,
  main: Leg,
  response: SipMessage,
  flow: Flow,
  cseq: number,
  end: (leg: Leg) => void,
): void {
  const ack = main.forks.get(response.toTag);
  if (ack) {
    core.table.transmit(ack.flow, ack.text);
    return;
  }
  const leg = new Leg('uac', main.method, main.callId, main.localTag, main.localTag);
  leg.local = main.local;
  leg.localSeq = main.localSeq;
  leg.contact = main.contact;
  leg.credentials = main.credentials;
  leg.takeResponse(response, flow);
  leg.state = 'confirmed';
  if (leg.remoteTarget === '') return;
  sendAck(core, leg, cseq, '', 'Content-Length: 0\r\n\r\n', (text, way) => {
    if (text !== undefined && way) main.forks.set(response.toTag, { text, flow: way });
    end(leg);
  });
}
