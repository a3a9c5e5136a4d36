import type { CardIndication, PortInfo, PortNumber } from './card.ts';

/** How audio is coded on the link. */
export type AudioCoding = 'linear' | 'alaw';

/** Samples of each port in one audio frame: 10 ms at 8 kHz. */
export const FRAME_SAMPLES = 80;

/** One port's 10 ms in an audio frame. */
export interface AudioChannel {
  port: PortNumber;
  /** {@link FRAME_SAMPLES} linear samples; 0 dBm0 is a sine of amplitude 22,826. */
  samples: Int16Array;
}

/** Why the card refused a command (hw/protocol/refusals.json), by number from 1. */
export const REFUSALS = [
  'unknown-command',
  'malformed',
  'no-such-port',
  'wrong-kind',
  'out-of-range',
  'busy',
  'wrong-state',
  'lifeline',
  'no-session',
  'sequence',
  'bandwidth',
  'hardware',
] as const;

export type Refusal = (typeof REFUSALS)[number];

/** Frames that the host sends; a command's payload and audio are made by their own encoders. */
export type HostFrame =
  | {
      type: 'hello';
      protocolMin: number;
      protocolMax: number;
      codings: readonly AudioCoding[];
      /** Bits per second each way; 0: no limit. */
      bandwidth: number;
      session: number;
      /** Name of the host, for the card's log. */
      name: string;
    }
  | { type: 'keepalive'; session: number }
  | { type: 'command'; seq: number; payload: Uint8Array }
  | { type: 'indication-ack'; seq: number };

export interface WelcomeFrame {
  type: 'welcome';
  /** 0: no version in common. */
  protocol: number;
  cardMin: number;
  cardMax: number;
  coding?: AudioCoding;
  bandwidth: number;
  /** 0: sent unasked after boot. */
  session: number;
  bootId: number;
  clock: number;
  /** Samples between the answer to an audio frame and that answer's playing (frame.md section 6). */
  playoutLead: number;
  board: string;
  serial: string;
  firmware: string;
  ports: PortInfo[];
}

export interface CardKeepaliveFrame {
  type: 'card-keepalive';
  session: number;
  bootId: number;
  clock: number;
  framesReceived: number;
  checksumErrors: number;
  audioLost: number;
  audioLate: number;
}

/** An audio frame of either direction; `timestamp` is the raw 32-bit sample clock. */
export interface AudioFrame {
  type: 'audio';
  seq: number;
  timestamp: number;
  channels: AudioChannel[];
}

/** Frames that the card sends. */
export type CardFrame =
  | WelcomeFrame
  | CardKeepaliveFrame
  | { type: 'ack'; seq: number }
  | { type: 'nack'; seq: number; reason: Refusal }
  | { type: 'indication'; seq: number; indication: CardIndication }
  /** An indication whose meaning is unknown or broken: dropped, but acknowledged (frame.md section 4). */
  | { type: 'unreadable-indication'; seq: number }
  | AudioFrame;
