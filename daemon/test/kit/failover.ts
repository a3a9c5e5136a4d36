import type { CallReport, Operator } from '../../../scripts/lib/operator.ts';
import type { CallRecord } from '../../src/records/call-record.ts';
import { type Box, pointTrunk, startBox, startOperator, until } from './box.ts';

/** A trunk in trouble, that is cheaper than the sound one for the numbers that begin so. */
export interface TroubledTrunk {
  id: string;
  prefix: string;
  server: string;
  /** Further settings of it. */
  more?: object;
}

/** An office with trunks in trouble, and one that works. */
export class FailoverOffice {
  readonly box: Box;
  /** The operator that works, trunk `beta`. */
  readonly beta: Operator;

  private constructor(box: Box, beta: Operator) {
    this.box = box;
    this.beta = beta;
  }

  static async start(t: Parameters<typeof startBox>[0], trunks: TroubledTrunk[]): Promise<FailoverOffice> {
    const beta = await startOperator(t);
    const box = await startBox(t, {
      edit: (office) => {
        office.incomingNumbers = [];
        office.trunks = office.trunks.filter((trunk: { id: string }) => trunk.id === 'beta');
        office.routes = office.routes.filter((route: { id: string }) => route.id !== 'alpha-out');
        office.ports[1].classOfService = 'staff';
        pointTrunk(office, 'beta', beta);
        for (const { id, prefix, server, more } of trunks) {
          office.trunks.push({ id, name: id, mode: 'static', server, optionsSeconds: 0, ...more });
          office.routes.push({
            id: `${id}-out`,
            name: id,
            prefixes: [prefix],
            via: { kind: 'trunk', trunk: id },
            prices: [{ prefix: '', perMinute: 1 }],
          });
        }
      },
    });
    return new FailoverOffice(box, beta);
  }

  /** Dials, as fast as a telephone with a memory. */
  async dial(number: string, port = 1): Promise<void> {
    const phone = this.box.telephone(port);
    phone.lift();
    await phone.waitForTone(425, -20, 8000);
    await phone.dial(number.replace('+7', '8'), { onMs: 60, offMs: 60 });
  }

  /** The call to a number at the operator that works, answered. */
  atBeta(number: string): Promise<CallReport> {
    return until(
      `${number} goes out over beta`,
      () => this.beta.calls().find((call) => call.number === number && call.state === 'answered'),
      5000,
    );
  }

  /** Port 1 hangs up. @returns the call's record. */
  async hangUp(number: string): Promise<CallRecord> {
    this.box.telephone(1).hangup();
    await until(
      'the socket is idle',
      async () => (await this.box.live()).ports.find((port) => port.number === 1)?.state === 'idle',
      4000,
    );
    return await this.box.record((record) => record.calledNumber === number && record.state === 'ended');
  }
}

/** The places a call tried, in order. */
export const tried = (record: CallRecord): (string | undefined)[] =>
  record.events.filter((event) => event.what === 'tried').map((event) => event.detail?.split(' ')[0]);
