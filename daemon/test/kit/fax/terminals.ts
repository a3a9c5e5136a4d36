import koffi from 'koffi';
import {
  loadSpandsp,
  type MorePrototypes,
  type Spandsp,
  type SpandspAbi,
} from '../../../src/media/fax/spandsp.ts';
import { type Ifp, readUdptl, UdptlReceiver, UdptlSender } from '../../../src/media/fax/udptl.ts';

/** The fax terminals of libspandsp: a machine on an analog line, and one that speaks T.38 itself. */
function terminalPrototypes(abi: SpandspAbi): MorePrototypes {
  const state = abi === 2 ? 'void *t30, ' : '';
  const flag = abi === 2 ? 'int' : 'bool';
  return {
    callbacks: {
      T30PhaseE: `void T30PhaseE(${state}void *user, int result)`,
      T30PhaseD: `int T30PhaseD(${state}void *user, int result)`,
    },
    functions: {
      fax_init: `void *fax_init(void *s, ${flag} calling)`,
      fax_free: 'int fax_free(void *s)',
      fax_rx: 'int fax_rx(void *s, int16_t *amp, int length)',
      fax_tx: 'int fax_tx(void *s, int16_t *amp, int length)',
      fax_set_transmit_on_idle: `void fax_set_transmit_on_idle(void *s, ${flag} on)`,
      fax_get_t30_state: 'void *fax_get_t30_state(void *s)',
      t38_terminal_init: `void *t38_terminal_init(void *s, ${flag} calling, T38TxPacket *handler, void *user)`,
      t38_terminal_free: 'int t38_terminal_free(void *s)',
      t38_terminal_send_timeout: 'int t38_terminal_send_timeout(void *s, int samples)',
      t38_terminal_get_t30_state: 'void *t38_terminal_get_t30_state(void *s)',
      t38_terminal_get_t38_core_state: 'void *t38_terminal_get_t38_core_state(void *s)',
      t30_set_tx_file: 'void t30_set_tx_file(void *s, const char *file, int first, int last)',
      t30_set_rx_file: 'void t30_set_rx_file(void *s, const char *file, int last)',
      t30_set_ecm_capability: `int t30_set_ecm_capability(void *s, ${flag} on)`,
      t30_set_tx_ident: 'int t30_set_tx_ident(void *s, const char *ident)',
      t30_set_supported_modems: 'int t30_set_supported_modems(void *s, int modems)',
      t30_set_supported_compressions: 'int t30_set_supported_compressions(void *s, int compressions)',
      t30_set_phase_e_handler: 'void t30_set_phase_e_handler(void *s, T30PhaseE *handler, void *user)',
      t30_set_phase_d_handler: 'void t30_set_phase_d_handler(void *s, T30PhaseD *handler, void *user)',
    },
  };
}

let library: Spandsp | undefined;
const spandsp = (): Spandsp => {
  library ??= loadSpandsp(terminalPrototypes);
  return library;
};

/** T.4 one- and two-dimensional and T.6. */
const COMPRESSIONS = 0x02 | 0x04 | 0x08;

export interface TerminalOptions {
  /** It calls, and sends first. */
  calling: boolean;
  /** TIFF to send, or to receive into. */
  send?: string;
  receive?: string;
  /** Error correction of T.30; as people's machines have it, on. */
  ecm?: boolean;
  /** Bits of V.27ter, V.29, V.17. */
  modems?: number;
}

/** What became of it. */
export interface Outcome {
  /** T30_ERR_OK is 0. */
  result: number | undefined;
  /** Pages at whose end the terminal was. */
  pages: number;
}

abstract class Terminal {
  /** Told once, at the end. */
  onEnd: (result: number) => void = () => {};
  readonly outcome: Outcome = { result: undefined, pages: 0 };
  protected readonly call = spandsp().call;
  #callbacks: bigint[] = [];

  get over(): boolean {
    return this.outcome.result !== undefined;
  }

  protected setUp(t30: unknown, { send, receive, ecm = true, modems = 7, calling }: TerminalOptions): void {
    const { call } = this;
    if (send) call.t30_set_tx_file!(t30, send, -1, -1);
    if (receive) call.t30_set_rx_file!(t30, receive, -1);
    call.t30_set_tx_ident!(t30, calling ? '100' : '200');
    call.t30_set_ecm_capability!(t30, ecm ? 1 : 0);
    call.t30_set_supported_modems!(t30, modems);
    call.t30_set_supported_compressions!(t30, COMPRESSIONS);
    const end = this.register('T30PhaseE', (...args: unknown[]) => {
      this.outcome.result ??= Number(args.at(-1));
      this.onEnd(Number(args.at(-1)));
    });
    const page = this.register('T30PhaseD', () => {
      this.outcome.pages++;
      return 0;
    });
    call.t30_set_phase_e_handler!(t30, end, null);
    call.t30_set_phase_d_handler!(t30, page, null);
  }

  protected register(type: string, fn: (...args: never[]) => unknown): bigint {
    const callback = spandsp().callback(type, fn);
    this.#callbacks.push(callback);
    return callback;
  }

  close(): void {
    for (const callback of this.#callbacks) spandsp().forget(callback);
    this.#callbacks = [];
  }
}

/** A fax machine on an analog line: audio in, audio out, 8 kHz. */
export class FaxMachine extends Terminal {
  readonly #state: unknown;

  constructor(options: TerminalOptions) {
    super();
    this.#state = this.call.fax_init!(null, options.calling ? 1 : 0);
    this.call.fax_set_transmit_on_idle!(this.#state, 1);
    this.setUp(this.call.fax_get_t30_state!(this.#state), options);
  }

  /** What it sends next; silence when it has hung up. */
  speak(out: Int16Array): void {
    out.fill(0);
    if (!this.over) this.call.fax_tx!(this.#state, out, out.length);
  }

  hear(samples: Int16Array): void {
    if (!this.over) this.call.fax_rx!(this.#state, samples, samples.length);
  }
}

/** A fax terminal that speaks T.38: IFP packets in, IFP packets out. */
export class T38Terminal extends Terminal {
  readonly #state: unknown;
  readonly #core: unknown;

  constructor(options: TerminalOptions, send: (ifp: Uint8Array, copies: number) => void) {
    super();
    const handler = this.register(
      'T38TxPacket',
      (_c: never, _u: never, packet: bigint, length: number, count: number) => {
        send(new Uint8Array(koffi.view(packet, length).slice(0)), count);
        return 0;
      },
    );
    this.#state = this.call.t38_terminal_init!(null, options.calling ? 1 : 0, handler, null);
    this.#core = this.call.t38_terminal_get_t38_core_state!(this.#state);
    this.setUp(this.call.t38_terminal_get_t30_state!(this.#state), options);
  }

  receive({ data, sequence }: Ifp): void {
    this.call.t38_core_rx_ifp_packet!(this.#core, data, data.length, sequence);
  }

  /** Lets so much time pass. */
  elapse(ms: number): void {
    this.call.t38_terminal_send_timeout!(this.#state, ms * 8);
  }
}

/** A T.38 terminal behind UDPTL: datagrams in, datagrams out. */
export class UdptlTerminal extends T38Terminal {
  readonly #receiver: UdptlReceiver;

  constructor(options: TerminalOptions, send: (datagram: Buffer) => void, redundancy = 3) {
    const sender = new UdptlSender({ redundancy, maxDatagram: 400 });
    super(options, (ifp, copies) => {
      const datagram = sender.next(ifp);
      for (let n = 0; n < copies; n++) send(datagram);
    });
    this.#receiver = new UdptlReceiver();
  }

  datagram(data: Buffer): void {
    const read = readUdptl(data);
    if (read) for (const ifp of this.#receiver.receive(read)) this.receive(ifp);
  }

  get counts(): UdptlReceiver['counts'] {
    return this.#receiver.counts;
  }
}
