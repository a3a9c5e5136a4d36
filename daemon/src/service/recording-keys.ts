import type { Call } from '../call/call.ts';
import type { Leg } from '../call/leg.ts';
import type { CallRecordings } from './call-recordings.ts';
import type { ServiceContext } from './context.ts';
import { onKeyCode } from './key-code.ts';
import { mayRecord } from './recording-rules.ts';
import { isOfStaff, whoAt } from './whose-call.ts';

/**
 * Recording on demand: staff key the code during a call to begin a recording and once more to end it. One that a rule
 * has begun is not theirs to end, but may be paused where the office allows that.
 */
export class RecordingKeys {
  readonly #context: ServiceContext;
  readonly #recordings: CallRecordings;
  readonly #watched = new WeakSet<Leg>();

  constructor(context: ServiceContext, recordings: CallRecordings) {
    this.#context = context;
    this.#recordings = recordings;
    context.calls.on('changed', (call) => {
      // Without a code nobody's keys are listened for: such a call may take the shortest way (ruling 24).
      if (call.state !== 'talking' || context.config().recording.code === '') return;
      for (const leg of [call.caller, call.called])
        if (leg && isOfStaff(leg, call, context.config())) this.#watch(leg);
    });
  }

  #watch(leg: Leg): void {
    if (this.#watched.has(leg)) return;
    this.#watched.add(leg);
    const { clock, config, calls } = this.#context;
    const code = (): string => config().recording.code;
    onKeyCode(leg, code, clock, () => {
      const call = [...calls.active].find(
        (one) => (one.caller === leg || one.called === leg) && one.state === 'talking',
      );
      if (call && mayRecord(call)) this.#coded(call, leg);
    });
  }

  #coded(call: Call, leg: Leg): void {
    const { audit, config } = this.#context;
    const who = whoAt(leg, call, config());
    const note = (act: 'begun' | 'ended' | 'paused' | 'resumed'): void =>
      audit?.note({ who, from: leg.place, act: `recording-${act}`, callId: call.id });
    const by = this.#recordings.begunBy(call);
    if (by === undefined) {
      if (this.#recordings.begin(call, 'code')) note('begun');
    } else if (by !== 'rule') {
      if (this.#recordings.end(call)) note('ended');
    } else if (config().recording.pauseByCode) {
      note(this.#recordings.pause(call) ? 'paused' : 'resumed');
    }
  }
}
