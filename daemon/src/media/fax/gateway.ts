import koffi from 'koffi';
import { CodedError } from '../../base/error.ts';
import { loadSpandsp, type Spandsp } from './spandsp.ts';

/** T.30 modems, by their bits in the library: V.27ter, V.29, V.17. */
const V27TER_V29_V17 = 0x01 | 0x02 | 0x04;
/** T.38: the sender's training check is passed on (TCF, method 2), as UDP wants it. */
const TRANSFERRED_TCF = 2;
/** The grammar of 1998, which every gateway speaks. */
const T38_VERSION = 0;
/** IFP packets of one octet (T.38 7.2.1): a silent line, calling tone, and the flags that V.21 begins with. */
const NO_SIGNAL = 0x00;
const CALLING_TONE = 0x02;
const V21_PREAMBLE = 0x06;

/** What both sides have agreed on, as far as the gateway minds it. */
export interface GatewayTerms {
  /** T38FaxMaxBitRate, bit/s. */
  maxBitRate: number;
  /** T38FaxMaxBuffer, octets. */
  maxBuffer: number;
  /** T38FaxMaxDatagram, octets. */
  maxDatagram: number;
}

/** What a gateway gives. */
export interface GatewaySink {
  /** 10 ms toward the telephone side, one for each that was pushed; the receiver's from now on. */
  audio(frame: Int16Array): void;
  /** An IFP packet for the peer; `copies`: how often it should be sent in all, as nothing may follow it for long. */
  ifp(packet: Uint8Array, copies: number): void;
}

/** Between a telephone line with a fax on it and T.38. */
export interface FaxGateway {
  /** 10 ms from the telephone side. */
  push(frame: Int16Array): void;
  /** An IFP packet of the peer's, in order; a gap in the numbers is a loss. */
  receive(packet: Uint8Array, sequence: number): void;
  close(): void;
}

/** Where gateways come from. */
export interface GatewayMaker {
  open(terms: GatewayTerms, sink: GatewaySink): FaxGateway;
  /** A fax has been heard: one will be wanted soon. */
  warm(): void;
}

let loaded: Spandsp | undefined;

/**
 * A gateway of libspandsp's: modems and T.30 on one side, IFP packets on the other.
 * @throws CodedError `media/no-spandsp`
 */
export function spandspGateway(terms: GatewayTerms, sink: GatewaySink, from?: Spandsp): FaxGateway {
  if (!from) loaded ??= loadSpandsp();
  const library = from ?? loaded!;
  const { call } = library;
  /** The line's fax has said something about itself; it has no more use for a calling tone. */
  let answered = false;
  /** A calling tone was given to the library, which has not begun it yet. */
  let toneWaits = false;
  const handler = library.callback(
    'T38TxPacket',
    (_core: unknown, _user: unknown, packet: bigint, length: number, count: number): number => {
      const ifp = new Uint8Array(koffi.view(packet, length).slice(0));
      if (ifp[0] === V21_PREAMBLE) answered = true;
      sink.ifp(ifp, count);
      return 0;
    },
  );
  const state: unknown = call.t38_gateway_init!(null, handler, null);
  if (state === null) {
    library.forget(handler);
    throw new CodedError('media/no-spandsp', 'the library makes no gateway');
  }
  const core: unknown = call.t38_gateway_get_t38_core_state!(state);
  call.t38_set_t38_version!(core, T38_VERSION);
  call.t38_set_data_rate_management_method!(core, TRANSFERRED_TCF);
  call.t38_set_max_buffer_size!(core, terms.maxBuffer);
  call.t38_set_max_datagram_size!(core, terms.maxDatagram);
  call.t38_set_fastest_image_data_rate!(core, terms.maxBitRate);
  for (const name of ['t38_set_fill_bit_removal', 't38_set_mmr_transcoding', 't38_set_jbig_transcoding'])
    call[name]!(core, 0);
  call.t38_gateway_set_transmit_on_idle!(state, 1);
  call.t38_gateway_set_ecm_capability!(state, 1);
  call.t38_gateway_set_supported_modems!(state, V27TER_V29_V17);
  let open = true;
  return {
    push: (frame) => {
      if (!open) return;
      const out = new Int16Array(frame.length);
      const speak = (): void => call.t38_gateway_tx!(state, out, out.length);
      const first = toneWaits;
      toneWaits = false;
      if (first) speak();
      call.t38_gateway_rx!(state, frame, frame.length);
      if (!first) speak();
      sink.audio(out);
    },
    // The library ends a calling tone when the line's fax begins to speak. One that begins later it never ends: it
    // covers the caller's answer, and the fax fails. So a tone begins before more is heard, or not at all.
    receive: (packet, sequence) => {
      if (!open) return;
      const tone = packet.length === 1 && packet[0] === CALLING_TONE;
      if (tone && !answered) toneWaits = true;
      // A silent line in its place, as a gap in the numbers would be a loss.
      const given = tone && answered ? Uint8Array.of(NO_SIGNAL) : packet;
      call.t38_core_rx_ifp_packet!(core, given, given.length, sequence);
    },
    close: () => {
      if (!open) return;
      open = false;
      call.t38_gateway_free!(state);
      library.forget(handler);
    },
  };
}
