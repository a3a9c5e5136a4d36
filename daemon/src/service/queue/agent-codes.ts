import { cause } from '../../call/cause.ts';
import type { CodeHandler, FeatureCodes } from '../feature-codes.ts';
import type { Queues } from './queues.ts';
import type { AgentMode } from './terms.ts';

/** Agents say from their own telephones where they are (Q02): a tone confirms it, another says that it is not for them. */
export function agentCodes(codes: FeatureCodes, queues: Queues): void {
  const handler =
    (mode: AgentMode): CodeHandler =>
    async ({ origin }) => {
      const { port, device } = origin;
      const agent = queues.agents.find(({ ports, devices }) =>
        port === undefined ? devices.includes(device) : ports.includes(port),
      );
      if (!agent) return { kind: 'refused', text: 'nobody here answers for a queue', q850: cause.rejected };
      queues.setMode(agent.id, mode, port === undefined ? `device ${device}` : `port ${port}`);
      return { kind: 'confirmed', text: `${agent.id} is ${mode} for the queues` };
    };
  codes.register('agentOn', handler('on'));
  codes.register('agentPause', handler('pause'));
  codes.register('agentOff', handler('off'));
}
