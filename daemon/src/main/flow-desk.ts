import type { ConfigIssue } from '../api/contract.ts';
import type { FlowsAccess } from '../api/deps.ts';
import type { FlowSimulateRequest, FlowSimulateResult } from '../api/flow-contract.ts';
import type { Clock } from '../base/clock.ts';
import type { Config, FlowConfig } from '../config/schema.ts';
import { validateConfig } from '../config/validate.ts';
import type { AlarmBoard } from '../health/alarm-board.ts';
import type { Callbacks } from '../service/callback.ts';
import type { Hook } from '../service/flow/flows.ts';
import { OfficeWorld } from '../service/flow/office-world.ts';
import { simulateFlow } from '../service/flow/simulate.ts';
import { endingWords, tellFlow } from '../service/flow/words.ts';
import type { OfficeHours } from '../service/office-hours.ts';
import { webHook } from './web-hook.ts';

interface Parts {
  clock: Clock;
  config(): Config;
  alarms: Pick<AlarmBoard, 'set'>;
  hours: OfficeHours;
  normalise(number: string): string;
  callbacks(): Callbacks | undefined;
  log(message: string): void;
}

/** Voice menus for the page, and the programs that they ask. */
export class FlowDesk implements FlowsAccess {
  /** Asks programs of the office. */
  readonly hook: Hook;
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.hook = webHook(parts);
  }

  simulate(
    request: FlowSimulateRequest,
    other?: Config,
  ): FlowSimulateResult | { issues: ConfigIssue[] } | undefined {
    const found = this.#flow(request.flow, other ?? this.#parts.config());
    if (!found || 'issues' in found) return found;
    const { flow, config } = found;
    const { caller, called, at, keys = [], rings = [], hooks = [] } = request;
    const world = new OfficeWorld(
      { ...this.#parts, config: () => config },
      {
        caller:
          caller === 'hidden'
            ? { absence: 'private' }
            : caller === undefined
              ? {}
              : { number: this.#parts.normalise(caller) },
        calledNumber: called === undefined ? undefined : this.#parts.normalise(called),
        at,
      },
    );
    const { sights, ending, answers, label } = simulateFlow(flow, { keys, rings, hooks }, world);
    return {
      ending,
      said: endingWords[ending],
      path: tellFlow(flow, sights, config),
      answers: [...answers],
      ...(label === undefined ? {} : { label }),
    };
  }

  /** A flow of the settings, or one that is not stored yet, in the settings as they would be with it. */
  #flow(
    asked: FlowSimulateRequest['flow'],
    config: Config,
  ): { flow: FlowConfig; config: Config } | { issues: ConfigIssue[] } | undefined {
    if (typeof asked === 'string') {
      const flow = config.flows.find(({ id }) => id === asked);
      return flow && { flow, config };
    }
    const others = config.flows.filter(({ id }) => id !== asked.id);
    const checked = validateConfig({ ...config, flows: [asked, ...others] });
    return checked.ok
      ? { flow: checked.config.flows[0]!, config: checked.config }
      : { issues: checked.issues };
  }
}
