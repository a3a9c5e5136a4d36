import type { SipMessage } from '../message/message.ts';
import type { Flow } from '../transport/flow.ts';
import type { Core } from './core.ts';
import { type ProxyOptions, proxyOptions } from './proxy.ts';
import type { Decision } from './route-handler.ts';
import type { Session } from './session.ts';

/** The ways a new request can go. */
export interface Ways {
  offer(session: Session): void;
  proxy(options: ProxyOptions): void;
  /** An empty reason: the usual one. */
  refuse(status: number, reason: string, lines: string): void;
}

/**
 * Asks the request handler about a request and has done what it says, if the request is still `waiting` then.
 * A handler that fails, and a client that is not there, is 503: another way may be tried.
 */
export function decide(core: Core, m: SipMessage, flow: Flow, waiting: () => boolean, ways: Ways): void {
  const failed = (): void => {
    core.count('handler.failed');
    if (waiting()) ways.refuse(503, '', '');
  };
  const carryOut = async (decision: Decision): Promise<void> => {
    switch (decision.action) {
      case 'reject':
        ways.refuse(decision.status, decision.reason, '');
        return;
      case 'redirect':
        ways.refuse(
          302,
          '',
          decision.contacts.map((c) => `Contact: ${c.includes('<') ? c : `<${c}>`}\r\n`).join(''),
        );
        return;
      case 'proxy':
        ways.proxy(proxyOptions([...decision.flags, ...decision.destinations], undefined));
        return;
      case 'tag':
      case 'dial': {
        const session =
          decision.action === 'tag'
            ? core.tagged(decision.tag)
            : await core.dial(decision.host, decision.port);
        if (!session) failed();
        else if (waiting()) ways.offer(session);
        else if (decision.action === 'dial') session.close();
      }
    }
  };
  core.handler
    ?.ask(m, flow)
    .then(async (decision) => {
      if (waiting()) await carryOut(decision);
    })
    .catch(failed);
}
