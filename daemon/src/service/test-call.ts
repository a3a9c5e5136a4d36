import { lineDigits } from '../dialplan/line-digits.ts';
import type { Area } from '../dialplan/number-rules.ts';
import type { RouteStep } from '../dialplan/route-plan.ts';
import type { ClickResult, ClickToCall } from './click-to-call.ts';
import type { ServiceContext } from './context.ts';

/** A call that tries one way out. */
export interface TestCallOrder {
  /** The telephone that rings first: `port:3`, `person:anna`, `device:desk`. */
  from: string;
  /** Whom to call, in any writing. */
  to: string;
  /** `line:5`, `trunk:acme`. */
  via: string;
}

/** What a test may call: nothing that is dear, abroad or an emergency (rulings 3 and 8). */
const allowed: ReadonlySet<string> = new Set(['local', 'zone', 'national', 'mobile', 'free']);

/**
 * Test calls of the installer (V04): a telephone rings, and whoever lifts it is put through over the one line or trunk
 * that is to be tried, whatever routes say. A box that is being set up has no routes yet.
 */
export class TestCalls {
  readonly #context: ServiceContext;
  readonly #click: ClickToCall;
  readonly #area: () => Area;

  constructor(context: ServiceContext, click: ClickToCall, area: () => Area) {
    this.#context = context;
    this.#click = click;
    this.#area = area;
  }

  start({ from, to, via }: TestCallOrder): ClickResult | { refusal: 'no-way' } {
    const number = this.#context.dialPlan().classify(to.replace(/[\s().-]/g, ''), { kind: 'forward' });
    if (!allowed.has(number.class) || number.e164 === undefined)
      return { refusal: 'not-allowed', said: undefined };
    const [kind, id = ''] = via.split(':');
    const config = this.#context.config();
    const why = { ru: 'Проверочный звонок.', en: 'A test call.' };
    let way: RouteStep | undefined;
    if (kind === 'line') {
      const port = config.ports.find((one) => one.number === Number(id));
      const digits =
        port?.kind === 'fxo' && port.enabled ? lineDigits(number, port, this.#area()) : undefined;
      if (port && digits !== undefined)
        way = { ...step(why), via: { kind: 'line', ports: [port.number] }, number: digits };
    } else if (config.trunks.some((one) => one.id === id && one.enabled)) {
      way = { ...step(why), via: { kind: 'trunk', trunk: id }, number: number.e164 };
    }
    return way ? this.#click.start({ from, to }, { way, service: 'test-call' }) : { refusal: 'no-way' };
  }
}

const step = (why: RouteStep['why']) => ({ routeId: 'test', price: undefined, why });
