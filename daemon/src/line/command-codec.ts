import type { CardCommand, Termination } from './card.ts';
import { PayloadWriter } from './payload.ts';

/** Numbers of the commands (hw/protocol/commands.json). */
const ID = {
  configure: 1,
  audio: 2,
  ring: 3,
  'ring-stop': 4,
  polarity: 5,
  'current-break': 6,
  seize: 7,
  release: 8,
  flash: 9,
  'pulse-dial': 10,
  lifeline: 11,
  'power-denial': 12,
  'line-test': 13,
  impedance: 14,
} as const satisfies Record<CardCommand['type'], number>;

const TERMINATION: Record<Termination, number> = { '600r': 1, '900r': 2, tbr21: 3 };

/** The port byte of a command for the whole card. */
const WHOLE_CARD = 0;

/**
 * The payload of a command frame. Ranges are the card's to judge (nack `out-of-range`).
 * @throws RangeError for a value that its field cannot hold.
 */
export function encodeCommand(command: CardCommand): Uint8Array {
  const out = new PayloadWriter();
  out.u8(ID[command.type]).u8(command.type === 'lifeline' ? WHOLE_CARD : command.port);
  switch (command.type) {
    case 'configure': {
      const { country, rxGainDb, txGainDb, hook } = command;
      out
        .string(country)
        .i16(Math.round(rxGainDb * 10))
        .i16(Math.round(txGainDb * 10))
        .bool(hook !== undefined);
      if (!hook) break;
      out.bool(hook.pulseDialing).u16(hook.pulseBreakMin).u16(hook.pulseBreakMax);
      out.u16(hook.interDigit).u16(hook.flashMin).u16(hook.flashMax);
      break;
    }
    case 'audio':
      out.bool(command.on);
      break;
    case 'ring':
      out.u8(command.cadence.length);
      for (const ms of command.cadence) out.u16(ms);
      break;
    case 'polarity':
      out.bool(command.reversed);
      break;
    case 'current-break':
    case 'flash':
      out.u16(command.ms);
      break;
    case 'pulse-dial':
      out.u16(command.breakMs).u16(command.makeMs).u16(command.interDigitMs).string(command.digits);
      break;
    case 'lifeline':
      out.bool(command.engaged);
      break;
    case 'power-denial':
      out.bool(command.denied);
      break;
    case 'impedance':
      out.u8(TERMINATION[command.termination]);
      break;
    case 'line-test':
    case 'ring-stop':
    case 'seize':
    case 'release':
      break;
  }
  return out.done();
}
